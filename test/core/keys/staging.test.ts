import { keyLabel, retiringLabel } from '../../../lib/contract/labels';
import type { PlatformSettings } from '../../../lib/contract/platform-settings';
import type { IssuerKeysResult, IssuerKeyView } from '../../../lib/contract/reconciler-protocol';
import { DEFAULT_POLICY, type Registration } from '../../../lib/contract/registration';
import { type ErrorCode, isKeyRotationError } from '../../../lib/core/errors';
import { newKeyNames, serviceNamedBy } from '../../../lib/core/keys/key-names';
import {
  acceptKey,
  type Candidate,
  checkShape,
  checkVerdict,
  findByHint,
  keyUses,
  type StagingFacts,
} from '../../../lib/core/keys/staging';
import type { SecretState, Verdict } from '../../../lib/core/ports';

const NOW = new Date('2026-11-20T12:00:00.000Z');
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const SETTINGS: PlatformSettings = {
  environment: 'prod',
  organizationId: 'org-of-prod',
  workspaceId: 'workspace-of-prod',
  issuerAccess: 'adminKey',
  allowPersonalKeys: false,
  reconcileFunctionName: 'reconcile',
  keyArn: 'key',
};
const LIVE: Verdict = { kind: 'live', organizationId: 'org-of-prod', workspaceId: 'workspace-of-prod' };
const RAG: Registration = { service: 'rag', owner: 'team', issuer: 'claude-console', policy: DEFAULT_POLICY };
const FACTS: StagingFacts = {
  settings: SETTINGS,
  services: ['rag', 'rag-service', 'chat'],
  uses: new Map(),
  now: NOW,
};
const CANDIDATE: Candidate = { verdict: LIVE, hint: 'start...end1' };

describe('staging a key', () => {
  it('accepts an active key of this workspace under the id and name of the issuer', () => {
    const accepted = acceptKey(CANDIDATE, RAG, listOf(listed({})), FACTS);

    expect(accepted).toEqual({
      keyId: 'apikey_1',
      keyName: 'prod-rag-2026-11-20',
      createdAt: new Date('2026-11-20T11:00:00.000Z'),
      unchecked: [],
    });
  });

  it('accepts a key whose name follows no convention, since the operator says which service it is for', () => {
    expect(acceptKey(CANDIDATE, RAG, listOf(listed({ name: 'made by hand' })), FACTS).keyName).toBe('made by hand');
  });

  it('accepts a personal key where the environment allows it', () => {
    const facts = { ...FACTS, settings: { ...SETTINGS, allowPersonalKeys: true } };

    expect(acceptKey(CANDIDATE, RAG, listOf(listed({ owner: 'user' })), facts).keyId).toBe('apikey_1');
  });

  it.each(['service_account', 'none'] as const)('accepts a key whose owner is %s', (owner) => {
    expect(acceptKey(CANDIDATE, RAG, listOf(listed({ owner })), FACTS).keyId).toBe('apikey_1');
  });

  it('accepts a key that lasts exactly one full service and overlap from now', () => {
    const expiresAt = new Date(NOW.getTime() + 90 * DAY_MS + 48 * HOUR_MS);

    expect(acceptKey(CANDIDATE, RAG, listOf(listed({ expiresAt: expiresAt.toISOString() })), FACTS).expiresAt).toEqual(
      expiresAt,
    );
  });

  it('accepts a key under the name that the operator states when the issuer agrees', () => {
    const candidate = { ...CANDIDATE, name: 'prod-rag-2026-11-20' };

    expect(acceptKey(candidate, RAG, listOf(listed({})), FACTS).keyId).toBe('apikey_1');
  });

  const millisecondShort = new Date(NOW.getTime() + 90 * DAY_MS + 48 * HOUR_MS - 1).toISOString();
  it.each<[string, ErrorCode, () => unknown, string]>([
    ['a text of another shape', 'KeyMalformed', () => checkShape(false), '108 characters'],
    ['a dead key', 'KeyDead', () => accept({ verdict: { kind: 'dead' } }), 'disabled, expired or deleted'],
    [
      'a key the issuer cannot judge now',
      'IssuerUnclear',
      () => accept({ verdict: { kind: 'unclear', reason: 'rate limited' } }),
      'rate limited',
    ],
    [
      'a key of another workspace',
      'KeyInWrongWorkspace',
      () => accept({ verdict: { ...LIVE, workspaceId: 'workspace-of-dev' } }),
      'workspace-of-dev',
    ],
    [
      'a key of another organization',
      'KeyInWrongWorkspace',
      () => accept({ verdict: { ...LIVE, organizationId: 'org-of-dev' } }),
      'org-of-dev',
    ],
    ['a key that is not in the list', 'KeyNotListed', () => accept({ hint: 'start...end2' }), 'start...end2'],
    ['a key that is listed as inactive', 'KeyNotListed', () => acceptListed({ status: 'inactive' }), 'no active key'],
    ['a key whose entry has no hint', 'KeyNotListed', () => acceptListed({ hint: null }), 'no active key'],
    [
      'a key whose hint two active keys share',
      'KeyAmbiguous',
      () => acceptKey(CANDIDATE, RAG, listOf(listed({}), listed({ id: 'apikey_2', name: 'twin' })), FACTS),
      '"prod-rag-2026-11-20" and "twin"',
    ],
    ['a personal key', 'KeyIsPersonal', () => acceptListed({ owner: 'user' }), 'prod does not allow that'],
    [
      'a key that expires a millisecond before it has served',
      'KeyExpiresTooSoon',
      () => acceptListed({ expiresAt: millisecondShort }),
      '90 days of service and 48 hours of overlap',
    ],
    [
      'a key whose name says another registered service',
      'KeyOfAnotherService',
      () => acceptListed({ name: 'prod-rag-service-2026-11-20' }),
      'belongs to rag-service, not to rag',
    ],
    [
      'a key whose name says a service that is not registered',
      'KeyOfAnotherService',
      () => acceptListed({ name: 'prod-rga-2026-11-20' }),
      'belongs to rga, not to rag',
    ],
    [
      'a key that waits for this service',
      'KeyAlreadyStaged',
      () => acceptUsed('rag', 'spare'),
      'waits as a spare for rag',
    ],
    ['a key in use by this service', 'KeyAlreadyStaged', () => acceptUsed('rag', 'secret'), 'is in use for rag'],
    ['a key that waits for another service', 'KeyOfAnotherService', () => acceptUsed('chat', 'spare'), 'for chat'],
    [
      'a key in use by another service',
      'KeyOfAnotherService',
      () => acceptUsed('chat', 'secret'),
      'is in use for chat',
    ],
    ['a stated name that is not the listed one', 'BadRequest', () => accept({ name: 'other' }), '--name says "other"'],
  ])('rejects %s', (_what, code, attempt, said) => {
    const error = refusalOf(attempt);

    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(error.message).toMatch(/Nothing was staged$/);
  });

  it('matches an active key although an inactive one shares its hint', () => {
    const keys = [listed({ id: 'apikey_0', status: 'inactive' }), listed({})];

    expect(findByHint(keys, CANDIDATE.hint).id).toBe('apikey_1');
  });

  it('says nothing about a live key of this workspace', () => {
    expect(() => checkVerdict(LIVE, SETTINGS)).not.toThrow();
  });
});

describe("staging where the issuer's list cannot be read", () => {
  const manual: IssuerKeysResult = { now: NOW.toISOString(), known: false, reason: 'manual' };

  it('goes by the conventional name, and says what was not checked', () => {
    const accepted = acceptKey(CANDIDATE, RAG, manual, FACTS);

    expect(accepted).toMatchObject({ keyId: 'prod-rag-2026-11-20', keyName: 'prod-rag-2026-11-20', createdAt: NOW });
    expect(accepted.unchecked.join(' ')).toMatch(/Not checked: .*owns it.*expires.*no other service/);
  });

  it('goes by the name the operator states', () => {
    expect(acceptKey({ ...CANDIDATE, name: 'prod-rag-2026-11-20-2' }, RAG, manual, FACTS).keyId).toBe(
      'prod-rag-2026-11-20-2',
    );
  });

  it.each<[string, ErrorCode, string, StagingFacts]>([
    ['a name that is taken', 'KeyAlreadyStaged', 'prod-rag-2026-11-20', usedBy('prod-rag-2026-11-20', 'rag', 'spare')],
    ['a name of another service', 'KeyOfAnotherService', 'prod-chat-2026-11-20', FACTS],
    ['a name that cannot be part of a parameter name', 'BadRequest', 'my/key', FACTS],
    ['an empty name', 'BadRequest', '', FACTS],
    ['a name of 101 characters', 'BadRequest', 'a'.repeat(101), FACTS],
  ])('rejects %s', (_what, code, name, facts) => {
    expect(refusalOf(() => acceptKey({ ...CANDIDATE, name }, RAG, manual, facts)).code).toBe(code);
  });

  it('rejects a key of the wrong workspace all the same', () => {
    const candidate: Candidate = { ...CANDIDATE, verdict: { ...LIVE, workspaceId: 'elsewhere' } };

    expect(refusalOf(() => acceptKey(candidate, RAG, manual, FACTS)).code).toBe('KeyInWrongWorkspace');
  });
});

describe('the service that a key name speaks of', () => {
  it.each<[string, string | undefined]>([
    ['prod-rag-2026-11-20', 'rag'],
    ['prod-rag-service-2026-11-20', 'rag-service'],
    ['prod-rag-service-2026-11-20-2', 'rag-service'],
    ['prod-not-registered-2026-11-20', 'not-registered'],
    ['prod-rag-service-spare', 'rag-service'],
    ['prod-rag-spare', 'rag'],
    ['prod-rag', undefined],
    ['prod-other-spare', undefined],
    ['staging-rag-2026-11-20', undefined],
    ['rag-2026-11-20', undefined],
    ['', undefined],
  ])('of "%s" is %s', (name, service) => {
    expect(serviceNamedBy(name, 'prod', FACTS.services)).toBe(service);
  });
});

describe('names for new keys', () => {
  it('number the keys of one day from the second on, and leave out the names that are taken', () => {
    expect(newKeyNames('prod', 'rag', NOW, 2, new Set())).toEqual(['prod-rag-2026-11-20', 'prod-rag-2026-11-20-2']);
    expect(newKeyNames('prod', 'rag', NOW, 2, new Set(['prod-rag-2026-11-20', 'prod-rag-2026-11-20-3']))).toEqual([
      'prod-rag-2026-11-20-2',
      'prod-rag-2026-11-20-4',
    ]);
  });

  it('are recognised as names of their service', () => {
    for (const name of newKeyNames('prod', 'rag-service', NOW, 3, new Set())) {
      expect(serviceNamedBy(name, 'prod', FACTS.services)).toBe('rag-service');
    }
  });
});

describe('where a key is known already', () => {
  it('finds spares, and keys of any label of a secret', () => {
    const secret = secretOf('chat', [
      ['AWSCURRENT', keyLabel('apikey_current')],
      ['AWSPREVIOUS', keyLabel('apikey_old'), retiringLabel(NOW)],
      ['AWSPENDING'],
    ]);

    const uses = keyUses([secret], [{ service: 'rag', keyId: 'apikey_spare', stagedAt: NOW }]);

    expect(Object.fromEntries(uses)).toEqual({
      apikey_spare: { service: 'rag', place: 'spare' },
      apikey_current: { service: 'chat', place: 'secret' },
      apikey_old: { service: 'chat', place: 'secret' },
    });
  });

  it('counts a spare that a rotation has taken as in use', () => {
    const secret = secretOf('rag', [['AWSPENDING', keyLabel('apikey_1')]]);

    const uses = keyUses([secret], [{ service: 'rag', keyId: 'apikey_1', stagedAt: NOW }]);

    expect(uses.get('apikey_1')).toEqual({ service: 'rag', place: 'secret' });
  });
});

function listed(change: Partial<IssuerKeyView>): IssuerKeyView {
  return {
    id: 'apikey_1',
    name: 'prod-rag-2026-11-20',
    hint: CANDIDATE.hint,
    status: 'active',
    createdAt: '2026-11-20T11:00:00.000Z',
    expiresAt: null,
    owner: 'none',
    ...change,
  };
}

function listOf(...keys: readonly IssuerKeyView[]): IssuerKeysResult {
  return { now: NOW.toISOString(), known: true, keys };
}

function usedBy(keyId: string, service: string, place: 'spare' | 'secret'): StagingFacts {
  return { ...FACTS, uses: new Map([[keyId, { service, place }]]) };
}

const accept = (change: Partial<Candidate>): unknown =>
  acceptKey({ ...CANDIDATE, ...change }, RAG, listOf(listed({})), FACTS);

const acceptListed = (change: Partial<IssuerKeyView>): unknown =>
  acceptKey(CANDIDATE, RAG, listOf(listed(change)), FACTS);

const acceptUsed = (service: string, place: 'spare' | 'secret'): unknown =>
  acceptKey(CANDIDATE, RAG, listOf(listed({})), usedBy('apikey_1', service, place));

function secretOf(service: string, versions: readonly (readonly string[])[]): SecretState {
  return {
    service,
    arn: `arn-of-${service}`,
    rotationEnabled: true,
    rotationConfigured: true,
    createdAt: NOW,
    labels: new Map(versions.map((labels, index) => [`version-${index}`, labels])),
    tags: new Map(),
  };
}

function refusalOf(attempt: () => unknown) {
  try {
    attempt();
  } catch (error) {
    if (isKeyRotationError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('what staging says', () => {
  it('is how many keys share a hint', () => {
    const twins = listOf(
      listed({}),
      listed({ id: 'apikey_2', name: 'twin' }),
      listed({ id: 'apikey_3', name: 'third' }),
    );
    expect(() => acceptKey(CANDIDATE, RAG, twins, FACTS)).toThrow('has 3 active keys with the hint');
  });

  const unread: IssuerKeysResult = { now: NOW.toISOString(), known: false, reason: 'why' };

  it('is which names can be used', () => {
    expect(() => acceptKey({ ...CANDIDATE, name: 'my/key' }, RAG, unread, FACTS)).toThrow(
      /the key name "my\/key" cannot be used: allowed are letters, .* at most 100 of them, for example prod-rag-/,
    );
  });

  it('is why the list could not be read, and under which name the key goes', () => {
    const { unchecked, keyName } = acceptKey(CANDIDATE, RAG, unread, FACTS);
    expect(unchecked[0]).toBe(
      `The issuer's list of keys cannot be read here (why), so the key goes by the name ${keyName}.`,
    );
  });

  it('takes a key that never expires without a day', () => {
    expect(acceptKey(CANDIDATE, RAG, listOf(listed({ expiresAt: null })), FACTS)).not.toHaveProperty('expiresAt');
  });
});

describe('what staging takes', () => {
  it('is a text of the right shape', () => {
    expect(() => checkShape(true)).not.toThrow();
  });

  it('is the longest service that a name without a day fits, in whatever order services come', () => {
    for (const services of [
      ['rag', 'rag-service'],
      ['rag-service', 'rag'],
    ])
      expect(serviceNamedBy('prod-rag-service-spare', 'prod', services)).toBe('rag-service');
  });

  it('is a later key of a day for the service that it names, registered or not', () => {
    expect(serviceNamedBy('prod-rga-2026-11-20-2', 'prod', FACTS.services)).toBe('rga');
  });
});
