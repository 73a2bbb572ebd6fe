import type { HttpRequest } from '../http';
import { type AnalyticsReport, analyticsPage } from './analytics-query';
import { MILLICENTS_PER_MESSAGE, TOKENS_PER_MESSAGE } from './models';
import type { ClaudeOrganization } from './organization';
import { type Row, tokensOf } from './report-rows';

const USAGE: AnalyticsReport = {
  metrics: ['total_tokens', 'requests', 'output_tokens', 'uncached_input_tokens'],
  ownDimensions: [],
  figures: ({ settings }, row) => ({
    usage: {
      requests: settings.analyticsCountsRequests ? row.requests : null,
      total_tokens: row.requests * TOKENS_PER_MESSAGE.input + row.outputTokens,
      ...tokensOf(row),
    },
  }),
};

const COST: AnalyticsReport = {
  metrics: ['amount', 'list_amount'],
  ownDimensions: ['cost_type', 'token_type'],
  figures: ({ settings }, row) => ({
    cost: {
      amount: centsOf(row),
      list_amount: centsOf(row),
      currency: 'USD',
      requests: settings.analyticsCountsRequests ? row.requests : null,
    },
  }),
};

/** GET /v1/organizations/analytics/usage: one row per bucket and group that has any use. */
export const listUsage = (organization: ClaudeOrganization, request: HttpRequest): object =>
  analyticsPage(organization, request, USAGE);

/** GET /v1/organizations/analytics/cost: the same rows, in fractional cents. */
export const listCost = (organization: ClaudeOrganization, request: HttpRequest): object =>
  analyticsPage(organization, request, COST);

/** What a row costs, in cents, as a decimal number. */
export const centsOf = ({ requests }: Row): string => ((requests * MILLICENTS_PER_MESSAGE) / 1000).toFixed(3);
