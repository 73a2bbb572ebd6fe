import type { HttpRequest } from '../http';
import { listActivities } from './activities-api';
import type { FeedActor } from './activity-feed';
import { listCost, listUsage } from './analytics-api';
import { errorOf, unmodelled } from './api-error';
import { getKey, listKeys, updateKey } from './api-keys-api';
import { type InferenceScope, inferenceScope, requireAdmin } from './credential';
import { countTokens, createMessage } from './messages-api';
import { listModels } from './models-api';
import { reportCost, reportMessages } from './older-reports-api';
import type { ClaudeOrganization, Identity } from './organization';
import type { WorkspaceSurface } from './rate-limits';
import { listRateLimits, listWorkspaceRateLimits, setWorkspaceRateLimit } from './rate-limits-api';
import { deleteSpendLimit, getSpendLimit, listSpendLimits, setSpendLimit } from './spend-limits-api';
import { archiveWorkspace, getWorkspace, listWorkspaces } from './workspaces-api';

/** Answers a request, and adds to the headers of the answer. */
export type Endpoint = (
  organization: ClaudeOrganization,
  request: HttpRequest,
  identity: Identity,
  headers: Record<string, string>,
) => unknown;

/** The endpoints of the API that are modelled, by path, with `*` for any one part of it. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Endpoint>>>> = {
  '/v1/models': { GET: free((_organization, request) => listModels(request)) },
  '/v1/messages': { POST: paid('messages', createMessage) },
  '/v1/messages/count_tokens': { POST: paid('token_count', (_organization, request) => countTokens(request)) },
  '/v1/organizations/api_keys': { GET: administration(listKeys) },
  '/v1/organizations/api_keys/*': { GET: administration(getKey), POST: administration(updateKey) },
  '/v1/organizations/analytics/usage': { GET: administration(listUsage) },
  '/v1/organizations/analytics/cost': { GET: administration(listCost) },
  '/v1/organizations/usage_report/messages': { GET: administration(reportMessages) },
  '/v1/organizations/cost_report': { GET: administration(reportCost) },
  '/v1/organizations/rate_limits': { GET: administration(listRateLimits) },
  '/v1/organizations/spend_limits': { GET: administration(listSpendLimits), POST: administration(setSpendLimit) },
  '/v1/organizations/spend_limits/*': {
    GET: administration(getSpendLimit),
    DELETE: administration(deleteSpendLimit),
  },
  '/v1/organizations/workspaces': { GET: administration(listWorkspaces) },
  '/v1/organizations/workspaces/*': { GET: administration(getWorkspace) },
  '/v1/organizations/workspaces/*/archive': { POST: administration(archiveWorkspace) },
  '/v1/organizations/workspaces/*/rate_limits': { GET: administration(listWorkspaceRateLimits) },
  '/v1/organizations/workspaces/*/rate_limits/*': { POST: administration(setWorkspaceRateLimit) },
  '/v1/compliance/activities': {
    GET: administration((organization, request, _by, identity) => listActivities(organization, request, identity)),
  },
};

const PATTERNS = Object.entries(ROUTES).map(
  ([path, methods]) => [new RegExp(`^${path.replaceAll('*', '[^/]+')}$`), methods] as const,
);

/** The endpoint of a request. A path that is not modelled is an error that names it. */
export function endpointOf({ settings }: ClaudeOrganization, { method, path }: HttpRequest): Endpoint {
  const methods = PATTERNS.find(([pattern]) => pattern.test(path))?.[1];
  if (!methods) throw unmodelled(`the path ${path}`);
  const endpoint = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (!endpoint) throw errorOf(settings.otherMethodRefusal, `${method} is not allowed on ${path}`);
  return endpoint;
}

type Inference = (organization: ClaudeOrganization, request: HttpRequest, scope: InferenceScope) => unknown;

/** An endpoint of inference that costs nothing, not even a request of a rate limit. */
function free(perform: Inference): Endpoint {
  return (organization, request, identity, headers) => {
    const scope = inferenceScope(organization, identity, request);
    headers['anthropic-workspace-id'] = scope.workspaceId;
    organization.standing.refuseOnHold();
    if (organization.settings.billingReachesModels) organization.standing.refuseUnpaid(scope.workspaceId);
    return perform(organization, request, scope);
  };
}

/** An endpoint of inference for organizations in good standing, within their rate limits. */
function paid(surface: WorkspaceSurface, perform: Inference): Endpoint {
  return (organization, request, identity, headers) => {
    const scope = inferenceScope(organization, identity, request);
    headers['anthropic-workspace-id'] = scope.workspaceId;
    organization.standing.refuseOnHold();
    organization.standing.refuseUnpaid(scope.workspaceId);
    const { rateLimits, clock } = organization;
    Object.assign(headers, rateLimits.take(surface, scope.workspaceId, clock.now()));
    return perform(organization, request, scope);
  };
}

type Administration = (
  organization: ClaudeOrganization,
  request: HttpRequest,
  by: FeedActor,
  identity: Identity,
) => unknown;

function administration(perform: Administration): Endpoint {
  return (organization, request, identity, headers) => {
    const by = requireAdmin(organization, identity, request);
    if (organization.settings.holdReachesAdminApi) organization.standing.refuseOnHold();
    Object.assign(headers, organization.rateLimits.take('admin', null, organization.clock.now()));
    return perform(organization, request, by, identity);
  };
}
