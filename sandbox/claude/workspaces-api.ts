import type { HttpRequest } from '../http';
import type { FeedActor } from './activity-feed';
import { badRequest } from './api-error';
import { betasOf } from './credential';
import { refuseBody } from './json-body';
import { cutPage } from './list-page';
import type { ClaudeOrganization } from './organization';
import { pathPart } from './path';
import { QueryReader } from './query';
import type { WorkspaceView } from './workspaces';

/** GET /v1/organizations/workspaces: newest first, without archived ones and the default one unless asked for. */
export function listWorkspaces(organization: ClaudeOrganization, request: HttpRequest): object {
  betasOf(request);
  const query = new QueryReader(request.path, request.query);
  const ids = query.texts('ids');
  if (ids.length > 100) throw badRequest('ids[]: 100 at most');
  const archived = query.flag('include_archived');
  const byDefault = query.flag('include_default');
  const page = cutPage(
    organization.workspaces.list(),
    ({ id, archivedAt }) =>
      (ids.length === 0 || ids.includes(id)) &&
      (archived || archivedAt === null) &&
      (byDefault || id !== organization.defaultWorkspaceId),
    query,
  );
  return { ...page, data: page.data.map(workspaceBody) };
}

/** GET /v1/organizations/workspaces/{id}. */
export function getWorkspace(organization: ClaudeOrganization, request: HttpRequest): object {
  betasOf(request);
  new QueryReader(request.path, request.query).end();
  return workspaceBody(organization.workspaces.find(pathPart(request.path, 4)));
}

/** POST /v1/organizations/workspaces/{id}/archive: for good, and its keys with it. */
export function archiveWorkspace(organization: ClaudeOrganization, request: HttpRequest, by: FeedActor): object {
  betasOf(request);
  new QueryReader(request.path, request.query).end();
  refuseBody(request);
  const { id } = organization.workspaces.find(pathPart(request.path, 4));
  organization.archiveWorkspace(id, by);
  return workspaceBody(organization.workspaces.find(id));
}

function workspaceBody({ id, name, createdAt, archivedAt }: WorkspaceView): object {
  return {
    id,
    type: 'workspace',
    name,
    created_at: createdAt.toISOString(),
    archived_at: archivedAt?.toISOString() ?? null,
    compartment_id: id.replace(/^wrkspc/, 'compartment'),
    data_residency: { allowed_inference_geos: 'unrestricted', default_inference_geo: 'global', workspace_geo: 'us' },
    display_color: '#6c5bb9',
    external_key_id: null,
    tags: {},
    user_profile_id: null,
  };
}
