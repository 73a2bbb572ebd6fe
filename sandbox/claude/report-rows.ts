import { TOKENS_PER_MESSAGE } from './models';
import type { ClaudeOrganization } from './organization';
import type { QueryReader } from './query';
import type { UseOf } from './usage-ledger';

/** What a report may be broken out by here. */
export type Dimension = 'api_key_id' | 'workspace_id' | 'model';

/** The time that a report covers. */
export interface Range {
  readonly from: Date;
  readonly to: Date;
  /** Undefined: one row for the whole range. */
  readonly bucketMs: number | undefined;
}

/** Requests in one bucket, of one combination of dimensions; null in those that were not asked for. */
export interface Row {
  readonly startMs: number;
  readonly endMs: number;
  readonly keyId: string | null;
  readonly workspaceId: string | null;
  readonly model: string | null;
  readonly requests: number;
  readonly outputTokens: number;
}

/** Which use a report is about. */
export type UseFilter = (use: UseOf) => boolean;

/** The filters that all reports of use and cost share. */
export function readUseFilter(query: QueryReader): UseFilter {
  const keyIds = query.texts('api_key_ids');
  const workspaceIds = query.texts('workspace_ids');
  const models = query.texts('models');
  const allows = (allowed: readonly string[], value: string): boolean =>
    allowed.length === 0 || allowed.includes(value);
  return ({ keyId, workspaceId, model }) =>
    allows(keyIds, keyId) && allows(workspaceIds, workspaceId ?? '') && allows(models, model);
}

/** The rows of a report, in no order: one per bucket and combination that has any use, none past the refresh time. */
export function collectRows(
  organization: ClaudeOrganization,
  range: Range,
  dimensions: readonly Dimension[],
  matches: UseFilter,
): Row[] {
  const merged = new Map<string, Row>();
  for (const row of ungroupedRows(organization, range, matches)) {
    const grouped = {
      ...row,
      keyId: dimensions.includes('api_key_id') ? row.keyId : null,
      workspaceId: dimensions.includes('workspace_id') ? row.workspaceId : null,
      model: dimensions.includes('model') ? row.model : null,
    };
    const { requests = 0, outputTokens = 0 } = merged.get(nameOf(grouped)) ?? {};
    merged.set(nameOf(grouped), {
      ...grouped,
      requests: requests + row.requests,
      outputTokens: outputTokens + row.outputTokens,
    });
  }
  return [...merged.values()];
}

/** A row's bucket and combination. */
export const nameOf = (row: Row): string => `${row.startMs} ${row.keyId} ${row.workspaceId} ${row.model}`;

function ungroupedRows(
  { ledger, analyticsRefreshedAt }: ClaudeOrganization,
  { from, to, bucketMs }: Range,
  matches: UseFilter,
): readonly Row[] {
  const until = analyticsRefreshedAt < to ? analyticsRefreshedAt : to;
  return ledger
    .entries()
    .filter(([use]) => matches(use))
    .flatMap(([use, tally]) => {
      if (bucketMs !== undefined) {
        return [...tally.buckets(from, until, bucketMs)].map(([startMs, requests]) => ({
          ...use,
          startMs,
          endMs: startMs + bucketMs,
          requests,
          outputTokens: requests * tokensPerMessage(use),
        }));
      }
      const requests = tally.between(from, until);
      const outputTokens = requests * tokensPerMessage(use);
      return requests === 0 ? [] : [{ ...use, startMs: from.getTime(), endMs: to.getTime(), requests, outputTokens }];
    });
}

const tokensPerMessage = ({ outputTokens = TOKENS_PER_MESSAGE.output }: UseOf): number => outputTokens;

/** The tokens of a row, under the names that all reports give them. */
export function tokensOf({ requests, outputTokens }: Row): object {
  return {
    uncached_input_tokens: requests * TOKENS_PER_MESSAGE.input,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: outputTokens,
    server_tool_use: { web_search_requests: 0 },
  };
}

/** The start of the step that an instant lies in. */
export const floorTo = (ms: number, stepMs: number): Date => new Date(Math.floor(ms / stepMs) * stepMs);
