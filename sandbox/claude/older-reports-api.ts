import type { HttpRequest } from '../http';
import { centsOf } from './analytics-api';
import { badRequest, unmodelled } from './api-error';
import { betasOf } from './credential';
import { cutAt, readCursor } from './number-cursor';
import type { ClaudeOrganization } from './organization';
import { QueryReader } from './query';
import { collectRows, type Dimension, floorTo, type Row, readUseFilter, tokensOf, type UseFilter } from './report-rows';

const HOUR_MS = 3_600_000;

/** The widths of a bucket, and how many a page has by default and at most. */
const WIDTHS = {
  '1m': { ms: 60_000, byDefault: 60, most: 1440 },
  '1h': { ms: HOUR_MS, byDefault: 24, most: 168 },
  '1d': { ms: 24 * HOUR_MS, byDefault: 7, most: 31 },
} as const;
type Width = keyof typeof WIDTHS;

/** What the two older reports differ in. */
interface OlderReport {
  readonly widths: readonly Width[];
  readonly dimensions: readonly Dimension[];
  readonly otherDimensions: readonly string[];
  readonly filter: (query: QueryReader) => UseFilter;
  readonly result: (row: Row, workspaceId: string | null) => object;
}

const MESSAGES: OlderReport = {
  widths: ['1m', '1h', '1d'],
  dimensions: ['api_key_id', 'workspace_id', 'model'],
  otherDimensions: ['account_id', 'context_window', 'inference_geo', 'service_account_id', 'service_tier', 'speed'],
  filter: readUseFilter,
  result: (row, workspaceId) => ({
    ...tokensOf(row),
    api_key_id: row.keyId,
    workspace_id: workspaceId,
    model: row.model,
    account_id: null,
    context_window: null,
    inference_geo: null,
    service_account_id: null,
    service_tier: null,
  }),
};

const COST: OlderReport = {
  widths: ['1d'],
  dimensions: ['workspace_id'],
  otherDimensions: ['description'],
  filter: () => () => true,
  result: (row, workspaceId) => ({
    amount: centsOf(row),
    currency: 'USD',
    workspace_id: workspaceId,
    context_window: null,
    cost_type: null,
    description: null,
    inference_geo: null,
    model: null,
    service_tier: null,
    token_type: null,
  }),
};

/** GET /v1/organizations/usage_report/messages: tokens by bucket, without a count of requests or a refresh time. */
export const reportMessages = (organization: ClaudeOrganization, request: HttpRequest): object =>
  olderReport(organization, request, MESSAGES);

/** GET /v1/organizations/cost_report: cents by day. */
export const reportCost = (organization: ClaudeOrganization, request: HttpRequest): object =>
  olderReport(organization, request, COST);

/** Every bucket of the range is there, those without use with no results; a page counts buckets. */
function olderReport(organization: ClaudeOrganization, request: HttpRequest, report: OlderReport): object {
  betasOf(request);
  const query = new QueryReader(request.path, request.query);
  const { ms, byDefault, most } = WIDTHS[query.oneOf('bucket_width', report.widths) ?? '1d'];
  const starts = readStarts(query, organization, ms);
  const dimensions = readDimensions(query, report);
  const filter = report.filter(query);
  const limit = query.limit(byDefault, most);
  const page = cutAt(starts, readCursor(query), limit);
  query.end();
  const results = resultsByBucket(organization, page.data, ms, dimensions, filter, report);
  return {
    data: page.data.map((startMs) => ({
      starting_at: new Date(startMs).toISOString(),
      ending_at: new Date(startMs + ms).toISOString(),
      results: results.get(startMs) ?? [],
    })),
    has_more: page.next_page !== null,
    next_page: page.next_page,
  };
}

function readStarts(query: QueryReader, { clock, settings }: ClaudeOrganization, stepMs: number): readonly number[] {
  const start = query.instant('starting_at');
  if (!start) throw badRequest('starting_at: required');
  const end = query.instant('ending_at') ?? new Date(clock.now().getTime() + stepMs);
  if (end <= start) throw badRequest('ending_at: must be after starting_at');
  const endMs = end.getTime() - (settings.olderReportsIncludeEnd ? 0 : 1);
  const starts: number[] = [];
  for (let ms = floorTo(start.getTime(), stepMs).getTime(); ms + stepMs <= endMs; ms += stepMs) starts.push(ms);
  return starts;
}

function readDimensions(query: QueryReader, { dimensions, otherDimensions }: OlderReport): readonly Dimension[] {
  return query.texts('group_by').map((name) => {
    const dimension = dimensions.find((each) => each === name);
    if (dimension) return dimension;
    if (otherDimensions.includes(name)) throw unmodelled(`group_by[]=${name} of ${query.endpoint}`);
    throw badRequest(`group_by[]: ${name} is not a dimension`);
  });
}

function resultsByBucket(
  organization: ClaudeOrganization,
  starts: readonly number[],
  bucketMs: number,
  dimensions: readonly Dimension[],
  filter: UseFilter,
  report: OlderReport,
): ReadonlyMap<number, object[]> {
  const results = new Map<number, object[]>();
  const [from, last] = [starts[0], starts.at(-1)];
  if (from === undefined || last === undefined) return results;
  const range = { from: new Date(from), to: new Date(last + bucketMs), bucketMs };
  for (const row of collectRows(organization, range, dimensions, filter)) {
    const workspaceId = row.workspaceId === organization.defaultWorkspaceId ? null : row.workspaceId;
    results.set(row.startMs, [...(results.get(row.startMs) ?? []), report.result(row, workspaceId)]);
  }
  return results;
}
