import type { HttpRequest } from '../http';
import { type FeedActor, feedActorOf } from './activity-feed';
import { badRequest, notFound } from './api-error';
import type { KeyView } from './console-key';
import { type ApiVersion, betasOf, versionOf } from './credential';
import { jsonBody } from './json-body';
import { cutPage } from './list-page';
import type { ClaudeOrganization } from './organization';
import { pathPart } from './path';
import { QueryReader } from './query';

/** GET /v1/organizations/api_keys: newest first. */
export function listKeys(organization: ClaudeOrganization, request: HttpRequest): object {
  betasOf(request);
  const query = new QueryReader(request.path, request.query);
  const status = query.oneOf('status', ['active', 'inactive', 'archived', 'expired']);
  const workspaceId = query.text('workspace_id');
  const creator = query.text('created_by_user_id');
  const page = cutPage(
    organization.keys(),
    (key) =>
      (status === undefined || key.status === status) &&
      (workspaceId === undefined || key.workspaceId === workspaceId) &&
      (creator === undefined || key.createdBy?.id === creator),
    query,
  );
  const version = versionOf(request);
  return { ...page, data: page.data.map((key) => keyBody(organization, key, version)) };
}

/** GET /v1/organizations/api_keys/{id}. */
export function getKey(organization: ClaudeOrganization, request: HttpRequest): object {
  betasOf(request);
  new QueryReader(request.path, request.query).end();
  return keyBody(organization, namedKey(organization, request), versionOf(request));
}

/** POST /v1/organizations/api_keys/{id}: name, status, or both. */
export function updateKey(organization: ClaudeOrganization, request: HttpRequest, by: FeedActor): object {
  betasOf(request);
  new QueryReader(request.path, request.query).end();
  const { id } = namedKey(organization, request);
  const { name, status } = jsonBody(request, ['name', 'status']);
  const checkedName = name === undefined || name === null ? undefined : nameOf(name);
  if (status !== undefined && status !== null) organization.setStatus(id, statusOf(status), by);
  if (checkedName !== undefined) organization.rename(id, checkedName, by);
  return keyBody(organization, organization.key(id), versionOf(request));
}

function namedKey(organization: ClaudeOrganization, { path }: HttpRequest): KeyView {
  const id = pathPart(path, 4);
  const key = organization.keys().find((each) => each.id === id);
  if (!key) throw notFound('there is no such key');
  return key;
}

function nameOf(name: unknown): string {
  if (typeof name === 'string' && name.length >= 1 && name.length <= 500) return name;
  throw badRequest('name: must have 1 to 500 characters');
}

function statusOf(status: unknown): 'active' | 'inactive' | 'archived' {
  if (status === 'active' || status === 'inactive' || status === 'archived') return status;
  throw badRequest('status: must be active, inactive or archived');
}

function keyBody(organization: ClaudeOrganization, key: KeyView, version: ApiVersion): object {
  const common = {
    id: key.id,
    type: 'api_key',
    name: key.name,
    status: key.status,
    created_at: key.createdAt.toISOString(),
    created_by: key.createdBy,
    expires_at: key.expiresAt?.toISOString() ?? null,
    partial_key_hint: key.hint,
    scope: key.workspaceId === null ? { type: 'organization' } : { type: 'workspace', workspace_id: key.workspaceId },
  };
  if (version === '2026-10-21') return { ...common, principal: key.principal && feedActorOf(key.principal) };
  const inDefault = key.workspaceId === organization.defaultWorkspaceId;
  return { ...common, principal: key.principal, workspace_id: inDefault ? null : key.workspaceId };
}
