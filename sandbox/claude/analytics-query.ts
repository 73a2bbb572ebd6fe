import type { HttpRequest } from '../http';
import { badRequest, unmodelled } from './api-error';
import { betasOf } from './credential';
import { cutAt, readCursor } from './number-cursor';
import type { ClaudeOrganization } from './organization';
import { QueryReader } from './query';
import { collectRows, type Dimension, floorTo, nameOf, type Range, type Row, readUseFilter } from './report-rows';

const BETA = 'analytics-usage-cost-2026-08-24';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BUCKETS_MS = { '1m': 60_000, '1h': HOUR_MS, '1d': DAY_MS } as const;
const EARLIEST = new Date('2026-01-01T00:00:00Z');

const MODELLED: readonly Dimension[] = ['api_key_id', 'workspace_id', 'model'];
const OTHER_DIMENSIONS = [
  'actor',
  'actor_type',
  'agent_id',
  'claude_tag_category',
  'claude_tag_user_id',
  'context_window',
  'deployment_id',
  'environment_id',
  'inference_geo',
  'organization_id',
  'product',
  'rbac_group_id',
  'service_tier',
  'session_id',
  'slack_channel_id',
  'speed',
  'user_profile_id',
] as const;
const UNGROUPED = Object.fromEntries(OTHER_DIMENSIONS.map((each) => [each, null]));

/** What the two reports differ in. */
export interface AnalyticsReport {
  /** What `order_by` may say besides `time`. Here all of them rank rows as the number of requests does. */
  readonly metrics: readonly string[];
  /** Dimensions of this report alone, none of which is modelled. */
  readonly ownDimensions: readonly string[];
  /** A row's figures, as the field of that name. */
  readonly figures: (organization: ClaudeOrganization, row: Row) => object;
}

/** A page of one of the two reports of the Usage and Cost Analytics API. */
export function analyticsPage(organization: ClaudeOrganization, request: HttpRequest, report: AnalyticsReport): object {
  refuseWithoutBeta(organization, request);
  const query = new QueryReader(request.path, request.query);
  const range = readRange(query, organization.clock.now());
  const dimensions = readDimensions(query, report.ownDimensions);
  const filter = readUseFilter(query);
  const order = readOrder(query, range.bucketMs, report.metrics);
  const limit = query.limit();
  const offset = readCursor(query);
  query.end();
  const page = cutAt(collectRows(organization, range, dimensions, filter).sort(order), offset, limit);
  return {
    data: page.data.map((row) => rowBody(organization, row, report)),
    has_more: page.next_page !== null,
    next_page: page.next_page,
    data_refreshed_at: organization.settings.analyticsStatesRefresh
      ? organization.analyticsRefreshedAt.toISOString()
      : null,
  };
}

function refuseWithoutBeta({ settings }: ClaudeOrganization, request: HttpRequest): void {
  if (!betasOf(request, [BETA]).includes(BETA)) throw badRequest(`anthropic-beta: ${BETA} is required`);
  if (!settings.analyticsServed) throw badRequest(`${BETA} is not enabled`, 'organization_not_enrolled_in_beta');
}

function readRange(query: QueryReader, now: Date): Range {
  const start = query.instant('starting_at');
  const end = query.instant('ending_at');
  const width = query.oneOf('time_bucket_width', ['1m', '1h', '1d']);
  if (!start) throw badRequest('starting_at: required');
  if (start < EARLIEST || start.getTime() < now.getTime() - 365 * DAY_MS) {
    throw badRequest('starting_at: must lie within the last 365 days, and in 2026 or later');
  }
  if (width !== undefined && !end) throw badRequest('ending_at: required with time_bucket_width');
  const alignMs = width === undefined ? HOUR_MS : BUCKETS_MS[width];
  const latestMs = Math.min(now.getTime(), start.getTime() + 31 * DAY_MS);
  const endMs = end?.getTime() ?? latestMs;
  if (endMs < start.getTime() || (end && endMs === start.getTime()))
    throw badRequest('ending_at: must be after starting_at');
  if (endMs - start.getTime() > 31 * DAY_MS) throw badRequest('ending_at: the range may be 31 days at most');
  if (width === '1m' && endMs - start.getTime() > DAY_MS) throw badRequest('ending_at: with 1m, 24 hours at most');
  return { from: floorTo(start.getTime(), alignMs), to: floorTo(endMs, alignMs), bucketMs: width && alignMs };
}

function readDimensions(query: QueryReader, own: readonly string[]): readonly Dimension[] {
  const names = query.texts('group_by');
  const unmodelledNames = [...OTHER_DIMENSIONS, ...own];
  if (names.length > 5) throw badRequest('group_by[]: 5 at most');
  return names.map((name) => {
    const dimension = MODELLED.find((each) => each === name);
    if (dimension) return dimension;
    if (unmodelledNames.includes(name)) throw unmodelled(`group_by[]=${name} of ${query.endpoint}`);
    throw badRequest(`group_by[]: ${name} is not a dimension`);
  });
}

/** Every message costs the same here, so all figures rank as the requests do; `time` means something with buckets alone. */
function readOrder(query: QueryReader, bucketMs: number | undefined, metrics: readonly string[]) {
  const by = query.oneOf('order_by', ['time', ...metrics]);
  const sign = query.oneOf('order', ['asc', 'desc']) === 'asc' ? 1 : -1;
  const byTime = by === 'time' && bucketMs !== undefined;
  return (a: Row, b: Row): number =>
    byTime
      ? sign * (a.startMs - b.startMs) || b.requests - a.requests || nameOf(a).localeCompare(nameOf(b))
      : sign * (a.requests - b.requests) || nameOf(a).localeCompare(nameOf(b));
}

function rowBody(organization: ClaudeOrganization, row: Row, report: AnalyticsReport): object {
  return {
    starting_at: new Date(row.startMs).toISOString(),
    ending_at: new Date(row.endMs).toISOString(),
    group: {
      ...UNGROUPED,
      ...Object.fromEntries(report.ownDimensions.map((each) => [each, null])),
      api_key_id: row.keyId,
      workspace_id: row.workspaceId,
      model: row.model,
    },
    ...report.figures(organization, row),
  };
}
