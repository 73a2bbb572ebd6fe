import type { HttpRequest } from '../http';
import { type FeedActor, feedActorOf } from './activity-feed';
import { badRequest, type ClaudeApiError, errorOf, notFound, unmodelled } from './api-error';
import type { ClaudeOrganization, Identity } from './organization';

const VERSIONS = ['2023-06-01', '2026-10-21'] as const;

/** The API versions that are served; the answers of some endpoints differ. */
export type ApiVersion = (typeof VERSIONS)[number];

/** The key of a request, by either header. */
function keyOf({ headers }: HttpRequest): string | undefined {
  const bearer = headers.authorization?.match(/^Bearer (.*)$/i)?.[1];
  const plain = headers['x-api-key'];
  if (bearer !== undefined && plain !== undefined && bearer !== plain)
    throw unmodelled('two different keys in one request');
  return bearer ?? plain;
}

/** Whom a request comes from, or the refusal, which is also counted. */
export function authenticate(organization: ClaudeOrganization, request: HttpRequest): Identity {
  const key = keyOf(request);
  if (key === undefined) throw refusal('the request carries no key');
  const identity = organization.identify(key);
  if (identity) return identity;
  organization.recordRefusal(key);
  throw refusal(request.headers['x-api-key'] === undefined ? 'invalid bearer token' : 'invalid x-api-key');
}

const refusal = (message: string): ClaudeApiError => errorOf(401, message);

/** The API version that a request asks for. */
export function versionOf({ headers }: HttpRequest): ApiVersion {
  const version = headers['anthropic-version'];
  const served = VERSIONS.find((each) => each === version);
  if (served) return served;
  throw badRequest(version === undefined ? 'anthropic-version: header is required' : 'anthropic-version: not served');
}

const HEADERS = new Set(['anthropic-version', 'anthropic-beta', 'anthropic-workspace-id']);

/** Rejects a header of the platform that means nothing here. */
export function refuseOtherHeaders({ headers }: HttpRequest): void {
  const other = Object.keys(headers).find((name) => name.startsWith('anthropic-') && !HEADERS.has(name));
  if (other !== undefined) throw unmodelled(`the header ${other}`);
}

/** Rejects a beta that the endpoint does not know; @returns those asked for. */
export function betasOf({ headers, path }: HttpRequest, known: readonly string[] = []): readonly string[] {
  const betas = (headers['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim());
  const named = betas.filter((beta) => beta !== '');
  const unknown = named.find((beta) => !known.includes(beta));
  if (unknown !== undefined) throw unmodelled(`the beta ${unknown} on ${path}`);
  return named;
}

/** The key and workspace that an inference request acts with. */
export interface InferenceScope {
  readonly keyId: string;
  readonly workspaceId: string;
}

/** Whom and where an inference request acts for, or the refusal. */
export function inferenceScope(
  organization: ClaudeOrganization,
  identity: Identity,
  { headers }: HttpRequest,
): InferenceScope {
  if (identity.kind === 'admin') throw wrongCredential(organization, 'an admin key is for the Admin API');
  const chosen = headers['anthropic-workspace-id'];
  if (identity.workspaceId !== null) {
    if (chosen !== undefined && chosen !== identity.workspaceId)
      throw unmodelled('anthropic-workspace-id with a workspace key');
    return { keyId: identity.id, workspaceId: identity.workspaceId };
  }
  if (chosen === undefined) throw badRequest('anthropic-workspace-id: required with a key that has no workspace');
  if (!/^wrkspc_\w+$/.test(chosen)) throw badRequest('anthropic-workspace-id: malformed');
  if (!organization.hasWorkspace(chosen) || !organization.mayAct(identity.principal, chosen))
    throw notFound('there is no such workspace');
  return { keyId: identity.id, workspaceId: chosen };
}

/** Admits admin keys, and keys of a user or service account that are not bound to a workspace; @returns who acts. */
export function requireAdmin(organization: ClaudeOrganization, identity: Identity, request: HttpRequest): FeedActor {
  if (request.headers['anthropic-workspace-id'] !== undefined)
    throw unmodelled('anthropic-workspace-id on the Admin API');
  if (identity.kind === 'admin') return { type: 'admin_api_key_actor', admin_api_key_id: identity.id };
  if (identity.workspaceId === null && identity.principal) return feedActorOf(identity.principal);
  throw wrongCredential(organization, 'a workspace key is not for the Admin API');
}

const wrongCredential = ({ settings }: ClaudeOrganization, message: string): ClaudeApiError =>
  errorOf(settings.wrongCredentialRefusal, message);
