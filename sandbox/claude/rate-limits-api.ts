import type { HttpRequest } from '../http';
import { badRequest, notFound, unmodelled } from './api-error';
import { betasOf } from './credential';
import { jsonBody } from './json-body';
import { isModel, MODELS } from './models';
import { cutAt, type NumberedPage, readCursor } from './number-cursor';
import type { ClaudeOrganization } from './organization';
import { pathPart } from './path';
import { QueryReader } from './query';
import { LIMITERS, type Limiter, type WorkspaceSurface } from './rate-limits';

const GROUP_TYPES = ['batch', 'files', 'model_group', 'skills', 'token_count', 'web_search'] as const;
const LIMIT_TYPES = [
  'fast_itpmca',
  'fast_otpm',
  'input_tokens_per_minute',
  'input_tokens_per_minute_cache_aware',
  'output_tokens_per_minute',
  'requests_per_minute',
  'tokens_per_day',
  'tokens_per_minute',
  'tool_uses_per_second',
] as const;

/** The groups that have a limit here: one of all models, and token counting. */
const GROUPS = {
  messages: { id: 'rlg_01AllModels', type: 'model_group', display_name: 'All models' },
  token_count: { id: 'rlg_01TokenCount', type: 'token_count' },
} as const satisfies Record<WorkspaceSurface, object>;
const SURFACES: readonly WorkspaceSurface[] = ['messages', 'token_count'];

/** GET /v1/organizations/rate_limits: the limits that the settings give the organization. */
export function listRateLimits(organization: ClaudeOrganization, request: HttpRequest): object {
  betasOf(request);
  const query = new QueryReader(request.path, request.query);
  const type = query.oneOf('group_type', GROUP_TYPES);
  const model = query.text('model');
  if (model !== undefined && !isModel(model)) throw notFound(`model: ${model}`);
  const entries = SURFACES.filter((surface) => organization.rateLimits.organizationLimit(surface) !== undefined)
    .filter((surface) => type === undefined || GROUPS[surface].type === type)
    .filter((surface) => model === undefined || surface === 'messages')
    .map((surface) => ({
      id: idOf(organization, surface),
      type: 'rate_limit',
      ...groupOf(surface),
      limits: [{ type: 'requests_per_minute', value: organization.rateLimits.organizationLimit(surface) }],
    }));
  return pageOf(entries, query);
}

/** GET /v1/organizations/workspaces/{id}/rate_limits: its own, and those it inherits when asked for. */
export function listWorkspaceRateLimits(organization: ClaudeOrganization, request: HttpRequest): object {
  betasOf(request);
  const query = new QueryReader(request.path, request.query);
  const { id } = organization.workspaces.find(pathPart(request.path, 4));
  const type = query.oneOf('group_type', GROUP_TYPES);
  const inherited = query.flag('include_inherited');
  const entries = SURFACES.filter((surface) => type === undefined || GROUPS[surface].type === type)
    .map((surface) => workspaceEntry(organization, id, surface))
    .map((entry) => ({
      ...entry,
      limits: entry.limits.filter(({ source }) => inherited || source.type === 'workspace'),
    }))
    .filter(({ limits }) => limits.length > 0);
  return pageOf(entries, query);
}

/** POST /v1/organizations/workspaces/{id}/rate_limits/{rate limit id}: enforced within about an hour. */
export function setWorkspaceRateLimit(organization: ClaudeOrganization, request: HttpRequest): object {
  betasOf(request);
  new QueryReader(request.path, request.query).end();
  const { id } = organization.workspaces.find(pathPart(request.path, 4));
  const surface = SURFACES.find((each) => idOf(organization, each) === pathPart(request.path, 6));
  if (!surface || organization.rateLimits.organizationLimit(surface) === undefined) {
    throw notFound('there is no such rate limit');
  }
  const values = valuesOf(jsonBody(request, ['limits']).limits, surface);
  const now = organization.clock.now();
  for (const { limiter, value } of values)
    organization.rateLimits.setWorkspaceLimit({ workspaceId: id, surface, limiter }, value, now);
  return workspaceEntry(organization, id, surface);
}

interface NewLimit {
  readonly limiter: Limiter;
  readonly value: number | null;
}

function valuesOf(limits: unknown, surface: WorkspaceSurface): readonly NewLimit[] {
  if (!Array.isArray(limits)) throw badRequest('limits: required');
  return limits.map((each: unknown) => {
    if (typeof each !== 'object' || each === null) throw badRequest('limits: must be objects');
    const { type, value, ...others } = each as Record<string, unknown>;
    if (Object.keys(others).length > 0) throw unmodelled(`the field limits.${Object.keys(others)[0]}`);
    const limiter = limiterOf(type, surface);
    if (value === null || (typeof value === 'number' && Number.isInteger(value) && value >= 0))
      return { limiter, value };
    throw badRequest('limits.value: must be a whole number or null');
  });
}

function limiterOf(type: unknown, surface: WorkspaceSurface): Limiter {
  if (!LIMIT_TYPES.some((known) => known === type)) throw badRequest('limits.type: not a limiter');
  const limiter = LIMITERS.find((each) => each === type);
  if (limiter && (limiter === 'requests_per_minute' || surface === 'messages')) return limiter;
  throw unmodelled(`the limiter ${type} of ${surface}`);
}

function workspaceEntry(organization: ClaudeOrganization, workspaceId: string, surface: WorkspaceSurface) {
  return {
    type: 'workspace_rate_limit',
    rate_limit_id: idOf(organization, surface),
    workspace_id: workspaceId,
    ...groupOf(surface),
    limits: LIMITERS.flatMap((limiter) => workspaceValue(organization, workspaceId, surface, limiter)),
  };
}

/** The organization itself has limits of requests alone. */
function workspaceValue(
  { rateLimits }: ClaudeOrganization,
  workspaceId: string,
  surface: WorkspaceSurface,
  limiter: Limiter,
) {
  const ofOrganization = limiter === 'requests_per_minute' ? (rateLimits.organizationLimit(surface) ?? null) : null;
  const own = rateLimits.workspaceLimit({ workspaceId, surface, limiter });
  const value = own ?? ofOrganization;
  const source = { type: own === null ? 'organization' : 'workspace' };
  return value === null ? [] : [{ type: limiter, value, org_limit: ofOrganization, source }];
}

const groupOf = (surface: WorkspaceSurface): object => ({
  group: GROUPS[surface],
  models: surface === 'messages' ? MODELS.map(({ id }) => id) : null,
});

/** An entry's id differs from organization to organization, its group's does not. */
const idOf = ({ id }: ClaudeOrganization, surface: WorkspaceSurface): string => `rl_01${id.slice(0, 8)}${surface}`;

/** Without `limit`, everything is on one page. */
function pageOf<Item>(entries: readonly Item[], query: QueryReader): NumberedPage<Item> {
  const limit = query.limit(1000);
  const offset = readCursor(query);
  query.end();
  return cutAt(entries, offset, limit);
}
