/**
 * Whether a key that an operator hands in may wait as a service's spare. Pure: the caller asks the issuer and
 * the shelf, these rules judge the answers. Every refusal is a KeyRotationError and leaves everything as it was.
 */
import { conventionalKeyName } from '../../contract/names';
import type { PlatformSettings } from '../../contract/platform-settings';
import type { IssuerKeysResult, IssuerKeyView } from '../../contract/reconciler-protocol';
import type { Registration } from '../../contract/registration';
import { type ErrorCode, KeyRotationError } from '../errors';
import type { SecretState, SpareSummary, Verdict } from '../ports';
import { after, DAY_MS, HOUR_MS, reached } from '../time';
import { heldKeys } from './held-keys';
import { serviceNamedBy } from './key-names';

const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Where a key id is already known. */
export interface KeyUse {
  readonly service: string;
  readonly place: 'spare' | 'secret';
}

/** What the rules look at besides the key. */
export interface StagingFacts {
  readonly settings: PlatformSettings;
  /** Names of all registered services. */
  readonly services: readonly string[];
  /** Key id to where it is spare, current or retiring. */
  readonly uses: ReadonlyMap<string, KeyUse>;
  readonly now: Date;
}

/** What identifies a key to the rules, without its text. */
export interface Candidate {
  readonly verdict: Verdict;
  /** The issuer's hint of this key, worked out from its text. */
  readonly hint: string;
  /** The name an operator says the key has. */
  readonly name?: string;
}

/** A key that passed, as its spare record names it. */
export interface AcceptedKey {
  readonly keyId: string;
  readonly keyName: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  /** What could not be checked, one sentence each, for the operator to read. */
  readonly unchecked: readonly string[];
}

/** Rejects a text that does not have the shape of the issuer's keys. Comes first, so that nothing else is sent anywhere. */
export function checkShape(wellFormed: boolean): void {
  if (wellFormed) return;
  throw refusal(
    'KeyMalformed',
    'the text given is not a Claude API key: such a key begins with "sk-ant-api03-", has 108 characters and ends in "AA". Copy it again from the Console, whole and without quotes; an admin key will not do',
  );
}

/** Rejects a key that the issuer refuses, cannot judge now, or places in another organization or workspace. */
export function checkVerdict(verdict: Verdict, settings: PlatformSettings): void {
  if (verdict.kind === 'dead') {
    throw refusal(
      'KeyDead',
      'the issuer refuses this key: it is disabled, expired or deleted. Create a new one in the Console and stage that',
    );
  }
  if (verdict.kind === 'unclear') {
    throw refusal('IssuerUnclear', `the issuer could not say whether this key works (${verdict.reason}). Try again`);
  }
  if (verdict.organizationId === settings.organizationId && verdict.workspaceId === settings.workspaceId) return;
  throw refusal(
    'KeyInWrongWorkspace',
    `this key belongs to organization ${verdict.organizationId}, workspace ${verdict.workspaceId}; ${settings.environment} takes keys of organization ${settings.organizationId}, workspace ${settings.workspaceId}. Create the key in that workspace`,
  );
}

/** The one active key of the issuer's list that carries this hint; rejects when there is none, or more than one. */
export function findByHint(keys: readonly IssuerKeyView[], hint: string): IssuerKeyView {
  const [found, ...others] = keys.filter((key) => key.hint === hint && key.status === 'active');
  if (found === undefined) {
    throw refusal(
      'KeyNotListed',
      `no active key with the hint ${hint} is in the issuer's list of this workspace. A key made a moment ago may need a minute to appear; one that is not limited to this workspace never does`,
    );
  }
  if (others.length > 0) {
    const names = [found, ...others].map((key) => `"${key.name}"`).join(' and ');
    throw refusal(
      'KeyAmbiguous',
      `the issuer's list has ${others.length + 1} active keys with the hint ${hint}: ${names}. Which of them this is cannot be told, so none is taken. Delete one in the Console, or create another key`,
    );
  }
  return found;
}

/** Applies every rule to a key that the issuer answered for, and says under which id and name it may be staged. */
export function acceptKey(
  candidate: Candidate,
  registration: Registration,
  issuerKeys: IssuerKeysResult,
  facts: StagingFacts,
): AcceptedKey {
  checkVerdict(candidate.verdict, facts.settings);
  if (!issuerKeys.known) return acceptByName(candidate, registration, issuerKeys.reason, facts);
  const key = findByHint(issuerKeys.keys, candidate.hint);
  checkStatedName(key, candidate.name);
  checkOwner(key, facts.settings);
  checkUnused(key.id, registration.service, facts);
  checkNameIsOurs(key.name, registration.service, facts);
  const expiresAt = key.expiresAt === null ? undefined : new Date(key.expiresAt);
  if (expiresAt !== undefined) checkExpiry(expiresAt, registration, facts.now);
  const accepted = { keyId: key.id, keyName: key.name, createdAt: new Date(key.createdAt), unchecked: [] };
  return expiresAt === undefined ? accepted : { ...accepted, expiresAt };
}

/** Every key id that a secret's labels or the spare shelf hold, and for which service. */
export function keyUses(secrets: readonly SecretState[], spares: readonly SpareSummary[]): ReadonlyMap<string, KeyUse> {
  const uses = new Map<string, KeyUse>(
    spares.map((spare) => [spare.keyId, { service: spare.service, place: 'spare' }]),
  );
  for (const secret of secrets) {
    for (const { keyId } of heldKeys(secret)) uses.set(keyId, { service: secret.service, place: 'secret' });
  }
  return uses;
}

/** Where the issuer's list cannot be read, a key goes by the name an operator gives it. */
function acceptByName(
  candidate: Candidate,
  registration: Registration,
  reason: string,
  facts: StagingFacts,
): AcceptedKey {
  const { environment } = facts.settings;
  const name = candidate.name ?? conventionalKeyName(environment, registration.service, facts.now);
  if (!KEY_NAME.test(name)) {
    throw refusal(
      'BadRequest',
      `the key name "${name}" cannot be used: allowed are letters, digits, ".", "_" and "-", at most 100 of them, for example ${conventionalKeyName(environment, registration.service, facts.now)}`,
    );
  }
  checkNameIsOurs(name, registration.service, facts);
  checkUnused(name, registration.service, facts);
  return {
    keyId: name,
    keyName: name,
    createdAt: facts.now,
    unchecked: [
      `The issuer's list of keys cannot be read here (${reason}), so the key goes by the name ${name}.`,
      'Not checked: that the key has this name in the Console, who owns it, when it expires, and that no other service uses it.',
    ],
  };
}

function checkStatedName(key: IssuerKeyView, stated: string | undefined): void {
  if (stated === undefined || stated === key.name) return;
  throw refusal('BadRequest', `--name says "${stated}", but the issuer lists this key as "${key.name}"`);
}

function checkOwner(key: IssuerKeyView, settings: PlatformSettings): void {
  if (key.owner !== 'user' || settings.allowPersonalKeys) return;
  throw refusal(
    'KeyIsPersonal',
    `the key "${key.name}" acts as a person and stops working when that person leaves; ${settings.environment} does not allow that. Create a key for a service account, or a workspace key`,
  );
}

function checkNameIsOurs(keyName: string, service: string, facts: StagingFacts): void {
  const named = serviceNamedBy(keyName, facts.settings.environment, facts.services);
  if (named === undefined || named === service) return;
  throw refusal(
    'KeyOfAnotherService',
    `by its name, the key "${keyName}" belongs to ${named}, not to ${service}. Stage it for ${named}, or rename it in the Console if the name is wrong`,
  );
}

function checkUnused(keyId: string, service: string, facts: StagingFacts): void {
  const use = facts.uses.get(keyId);
  if (use === undefined) return;
  const where = use.place === 'spare' ? 'waits as a spare' : 'is in use';
  if (use.service === service) {
    throw refusal(
      'KeyAlreadyStaged',
      `the key ${keyId} ${where} for ${service} already. Stage another one; where keys go by name, give each its own with --name`,
    );
  }
  throw refusal(
    'KeyOfAnotherService',
    `the key ${keyId} ${where} for ${use.service}, and a key serves one service only. Create another one for ${service}`,
  );
}

function checkExpiry(expiresAt: Date, registration: Registration, now: Date): void {
  const { maxAgeDays, overlapHours } = registration.policy;
  const needed = after(now, maxAgeDays * DAY_MS + overlapHours * HOUR_MS);
  if (reached(expiresAt, needed)) return;
  throw refusal(
    'KeyExpiresTooSoon',
    `the key expires at ${expiresAt.toISOString()}; it must last until ${needed.toISOString()} at least, that is ${maxAgeDays} days of service and ${overlapHours} hours of overlap from now. Create one that expires later, or never`,
  );
}

function refusal(code: ErrorCode, message: string): KeyRotationError {
  return new KeyRotationError(code, `${message}. Nothing was staged`);
}
