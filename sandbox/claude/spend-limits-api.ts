import type { HttpRequest } from '../http';
import { badRequest, ClaudeApiError, unmodelled } from './api-error';
import { betasOf } from './credential';
import { jsonBody, refuseBody } from './json-body';
import { makeId } from './key-text';
import { cutAt, readCursor } from './number-cursor';
import type { ClaudeOrganization } from './organization';
import { pathPart } from './path';
import { QueryReader } from './query';
import type { SpendLimit, SpendScope } from './spend-limits';

const BETA = 'spend-limit-reads-2026-09-26';
const CONSOLE_SCOPES = ['organization', 'workspace', 'usage_tier'] as const;
const USAGE_TIER_ID = 'spl_01UsageTier';

/** GET /v1/organizations/spend_limits: newest first, that of the usage tier last. */
export function listSpendLimits(organization: ClaudeOrganization, request: HttpRequest): object {
  if (!betasOf(request, [BETA]).includes(BETA)) throw badRequest(`anthropic-beta: ${BETA} is required`);
  if (organization.settings.spendLimitAccess === 'none') throw notSupported();
  const query = new QueryReader(request.path, request.query);
  const types = query.texts('scope_type');
  if (types.some((type) => !CONSOLE_SCOPES.some((each) => each === type))) {
    throw badRequest(`scope_type[]: must be one of ${CONSOLE_SCOPES.join(', ')}`);
  }
  const workspaceId = query.text('workspace_id');
  const limit = query.limit();
  const offset = readCursor(query);
  query.end();
  const limits = allOf(organization)
    .filter(({ scope }) => types.length === 0 || types.includes(scope.type))
    .filter(({ scope }) => workspaceId === undefined || isOf(scope, workspaceId));
  const page = cutAt(limits, offset, limit);
  return { ...page, data: page.data.map(limitBody) };
}

/** GET /v1/organizations/spend_limits/{id}. */
export function getSpendLimit(organization: ClaudeOrganization, request: HttpRequest): object {
  if (pathPart(request.path, 4) === 'effective') throw notSupported();
  begin(organization, request);
  const id = pathPart(request.path, 4);
  return limitBody(id === USAGE_TIER_ID ? usageTierLimit(organization) : organization.spendLimits.find(id));
}

/** POST /v1/organizations/spend_limits: sets the one limit of an organization or workspace. */
export function setSpendLimit(organization: ClaudeOrganization, request: HttpRequest): object {
  begin(organization, request);
  const { amount, scope, period } = jsonBody(request, ['amount', 'scope', 'period']);
  if (typeof amount !== 'string' || !/^\d+$/.test(amount)) throw badRequest('amount: must be a whole number of cents');
  if (period !== undefined && period !== 'monthly') throw badRequest('period: must be monthly');
  const checked = scopeOf(organization, scope);
  const newId = (): string => makeId(organization.random, 'spl');
  return limitBody(organization.spendLimits.set(checked, amount, organization.clock.now(), newId));
}

/** DELETE /v1/organizations/spend_limits/{id}. */
export function deleteSpendLimit(organization: ClaudeOrganization, request: HttpRequest): object {
  begin(organization, request);
  refuseBody(request);
  const id = pathPart(request.path, 4);
  if (id === USAGE_TIER_ID) throw badRequest('the limit of the usage tier is read-only');
  organization.spendLimits.remove(id);
  return { id, type: 'spend_limit_deleted' };
}

function begin({ settings }: ClaudeOrganization, request: HttpRequest): void {
  betasOf(request, [BETA]);
  new QueryReader(request.path, request.query).end();
  if (settings.spendLimitAccess === 'all') return;
  throw new ClaudeApiError(403, 'permission_error', 'spend limits cannot be changed by this organization', {
    code: 'spend_limits_admin_api_writes_not_enabled',
  });
}

const notSupported = (): ClaudeApiError =>
  badRequest('not for organizations of this type', 'organization_type_not_supported');

function scopeOf(organization: ClaudeOrganization, scope: unknown): SpendScope {
  if (typeof scope !== 'object' || scope === null) throw badRequest('scope: required');
  const { type, workspace_id: workspaceId, ...others } = scope as Record<string, unknown>;
  if (Object.keys(others).length > 0 && type !== 'user') throw unmodelled(`the field scope.${Object.keys(others)[0]}`);
  if (type === 'organization' && workspaceId === undefined) return { type };
  if (type !== 'workspace' || typeof workspaceId !== 'string') {
    throw badRequest('scope: must be the organization or a workspace');
  }
  return { type, workspace_id: organization.workspaces.find(workspaceId).id };
}

const allOf = (organization: ClaudeOrganization): readonly SpendLimit[] => [
  ...organization.spendLimits.list(),
  usageTierLimit(organization),
];

const usageTierLimit = ({ settings, createdAt }: ClaudeOrganization): SpendLimit => ({
  id: USAGE_TIER_ID,
  amount: settings.usageTierLimit,
  scope: { type: 'usage_tier' },
  createdAt,
  updatedAt: createdAt,
});

const isOf = (scope: SpendScope, workspaceId: string): boolean =>
  scope.type === 'workspace' && scope.workspace_id === workspaceId;

function limitBody({ id, amount, scope, createdAt, updatedAt }: SpendLimit): object {
  return {
    id,
    type: 'spend_limit',
    amount,
    currency: 'USD',
    is_enabled: true,
    period: 'monthly',
    scope,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
