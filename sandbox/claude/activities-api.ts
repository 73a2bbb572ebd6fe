import type { HttpRequest } from '../http';
import { ACTIVITY_TYPES, type Activity } from './activity-feed';
import { errorOf, unmodelled } from './api-error';
import { betasOf } from './credential';
import { cutPage } from './list-page';
import type { ClaudeOrganization, Identity } from './organization';
import { QueryReader } from './query';

/** GET /v1/compliance/activities: what happened to keys, newest first. */
export function listActivities(organization: ClaudeOrganization, request: HttpRequest, identity: Identity): object {
  refuseUnlessAllowed(organization, identity);
  betasOf(request);
  const query = new QueryReader(request.path, request.query);
  const types = query.texts('activity_types');
  const other = types.find((type) => !ACTIVITY_TYPES.some((each) => each === type));
  if (other !== undefined) throw unmodelled(`activity_types[]=${other} of ${query.endpoint}`);
  const inTime = readTimes(query);
  const matches = ({ type, at }: Activity): boolean => (types.length === 0 || types.includes(type)) && inTime(at);
  const page = cutPage(organization.feed.list(), matches, query);
  return { ...page, data: page.data.map((activity) => activityBody(organization, activity)) };
}

/** An admin key reads the feed only when the Compliance API was enabled before the key was created. */
function refuseUnlessAllowed({ settings }: ClaudeOrganization, identity: Identity): void {
  const { complianceEnabledAt, feedRefusal } = settings;
  if (complianceEnabledAt && identity.kind === 'admin' && identity.createdAt > complianceEnabledAt) return;
  throw errorOf(feedRefusal, 'the key may not read the activity feed');
}

function readTimes(query: QueryReader): (time: Date) => boolean {
  const from = query.instant('created_at.gte');
  const after = query.instant('created_at.gt');
  const to = query.instant('created_at.lte');
  const before = query.instant('created_at.lt');
  return (time) =>
    (!from || time >= from) && (!after || time > after) && (!to || time <= to) && (!before || time < before);
}

const activityBody = (
  { id: organizationId }: ClaudeOrganization,
  { id, type, at, actor, fields }: Activity,
): object => ({
  id,
  type,
  created_at: at.toISOString(),
  organization_uuid: organizationId,
  actor,
  ...fields,
});
