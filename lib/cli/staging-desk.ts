import type { IssuerKeysResult } from '../contract/reconciler-protocol';
import type { Registration } from '../contract/registration';
import type { ApiKey } from '../core/api-key';
import { KeyRotationError } from '../core/errors';
import {
  type AcceptedKey,
  acceptKey,
  type Candidate,
  checkShape,
  checkVerdict,
  keyUses,
  type StagingFacts,
} from '../core/keys/staging';
import type { Platform } from './platform';

/** A key that works and belongs to this environment, with what the issuer says about it. */
export interface ExaminedKey {
  readonly key: ApiKey;
  readonly candidate: Candidate;
  readonly issuerKeys: IssuerKeysResult;
}

/** Asks the issuer about a key. Changes nothing; a text that is no key is not sent anywhere. */
export async function examineKey(platform: Platform, key: ApiKey, name?: string): Promise<ExaminedKey> {
  const { keyShape, settings, verifier, reconciler } = platform;
  checkShape(keyShape.isKey(key.reveal()));
  const verdict = await verifier.verify(key);
  checkVerdict(verdict, settings);
  const hint = keyShape.hintOf(key);
  const candidate = name === undefined ? { verdict, hint } : { verdict, hint, name };
  return { key, candidate, issuerKeys: await reconciler.issuerKeys() };
}

/** Puts an examined key on the shelf for a service, or rejects with the rule it breaks. */
export async function shelveKey(
  platform: Platform,
  examined: ExaminedKey,
  registration: Registration,
): Promise<AcceptedKey> {
  const facts = await gatherFacts(platform, examined.issuerKeys, registration.service);
  const accepted = acceptKey(examined.candidate, registration, examined.issuerKeys, facts);
  const { keyId, keyName, createdAt, expiresAt } = accepted;
  const added = await platform.spares.add({
    service: registration.service,
    keyId,
    keyName,
    key: examined.key,
    createdAt,
    stagedAt: facts.now,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  if (!added) {
    throw new KeyRotationError(
      'KeyAlreadyStaged',
      `the key ${keyId} was staged for ${registration.service} by somebody else just now. Nothing was staged`,
    );
  }
  await refuseSharedKey(platform, keyId, registration.service);
  return accepted;
}

/**
 * What the rules need to know. The time is that of the reconciler's answer, since its clock judges the key from then on;
 * `service` is looked at afresh, since the list of secrets may lag by minutes.
 */
export async function gatherFacts(
  platform: Platform,
  { now }: Pick<IssuerKeysResult, 'now'>,
  service?: string,
): Promise<StagingFacts> {
  const [registrations, secrets, secret, spares] = await Promise.all([
    platform.services.list(),
    platform.secrets.list(),
    service === undefined ? undefined : platform.secrets.describe(service),
    platform.spares.list(),
  ]);
  return {
    settings: platform.settings,
    services: registrations.map((each) => each.service),
    uses: keyUses(secret === undefined ? secrets : [...secrets, secret], spares),
    now: new Date(now),
  };
}

/** Two people may stage one key for two services at once: each sees the other's here, and takes its own back. */
async function refuseSharedKey(platform: Platform, keyId: string, service: string): Promise<void> {
  const other = (await platform.spares.list()).find((spare) => spare.keyId === keyId && spare.service !== service);
  if (other === undefined) return;
  await platform.spares.remove(service, keyId);
  throw new KeyRotationError(
    'KeyOfAnotherService',
    `the key ${keyId} was staged for ${other.service} just now, and a key serves one service only. Nothing was staged`,
  );
}
