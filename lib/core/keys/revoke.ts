import { revokedLabel } from '../../contract/labels';
import type { RevokeResult } from '../../contract/reconciler-protocol';
import { KeyRotationError } from '../errors';
import type { KeyVerifier } from '../ports';
import { disableUnlessWanted, mark, type Scene } from './apply';
import { type HeldKey, heldKeys } from './held-keys';

/**
 * Disables a key that has leaked, at once: no overlap, no quiet hours, since a person says so. That it is to be disabled
 * is written down first, so that the next run of the reconciler finishes what is cut off here. Safe to repeat.
 * Never one that is current or about to be: the secret is read again right before the issuer is asked.
 * @throws KeyRotationError KeyNotHeld, KeyInUse, StateChangedMeanwhile
 */
export async function revoke(keyId: string, scene: Scene): Promise<RevokeResult> {
  const { issuer, journal } = scene.ports;
  const { service } = scene.secret;
  const key = await formerKey(keyId, scene);
  const disabled =
    issuer.kind === 'ours' ? await disableLeaked(key, scene) : await askToDisable(key, scene, issuer.verifier);
  journal.note('key-revoked', { service, keyId, disabled });
  return { service, keyId, disabled };
}

async function formerKey(keyId: string, { ports, secret }: Scene): Promise<HeldKey> {
  const { service } = secret;
  const key = heldKeys(secret).find((each) => each.keyId === keyId);
  if (!key) throw notHeld(keyId, service, await ports.spares.list(service));
  const { current, pending } = key.marks;
  if (!current && !pending) return key;
  throw new KeyRotationError(
    'KeyInUse',
    `the key ${keyId} is ${current ? 'the current key' : 'about to become the current key'} of "${service}", and is disabled only once another is. Nothing was changed`,
  );
}

function notHeld(keyId: string, service: string, spares: readonly { readonly keyId: string }[]): KeyRotationError {
  const isSpare = spares.some((spare) => spare.keyId === keyId);
  const why = isSpare
    ? `the key ${keyId} is a spare of "${service}" that never served: disable it in the Claude Console, and the reconciler takes it off the shelf`
    : `"${service}" holds no key ${keyId}: it is another service's, was archived, or never was a key of this environment`;
  return new KeyRotationError('KeyNotHeld', `${why}. Nothing was changed`);
}

async function disableLeaked(key: HeldKey, scene: Scene): Promise<true> {
  const { outcome, done } = await disableUnlessWanted(await writeDown(key, scene), scene);
  if (outcome === 'disabled') return true;
  throw new KeyRotationError('StateChangedMeanwhile', `${done}. Somebody moved the label AWSCURRENT meanwhile`);
}

async function writeDown(key: HeldKey, scene: Scene): Promise<HeldKey> {
  if (key.marks.revokedSince) return key;
  const revokedSince = scene.ports.clock.now();
  await mark(key, revokedLabel(revokedSince), scene);
  return { ...key, marks: { ...key.marks, revokedSince } };
}

/** People are told before it is noted that they were: cut off in between, they are told again. @returns whether it is refused by now */
async function askToDisable(key: HeldKey, scene: Scene, verifier: KeyVerifier): Promise<boolean> {
  const isDead = await isRefused(key, scene, verifier);
  if (!isDead) await tellPerson(key, scene);
  await writeDown(key, scene);
  return isDead;
}

async function isRefused({ versionId }: HeldKey, { ports, secret }: Scene, verifier: KeyVerifier): Promise<boolean> {
  const text = await ports.versions.read(secret.arn, versionId);
  return text !== undefined && (await verifier.verify(text)).kind === 'dead';
}

async function tellPerson({ keyId }: HeldKey, { ports, environment, secret: { service } }: Scene): Promise<void> {
  await ports.messages.send('warning', {
    subject: `Disable a leaked Claude key of ${service} (${environment}) now`,
    text:
      `The key ${keyId} of service ${service} in ${environment} has leaked, as somebody told the platform, and was replaced.\n` +
      'It is accepted until you disable it in the Claude Console (Settings, API keys). Do not wait until it is unused.\n' +
      `Whoever still sends it is refused from then on, until the secret of ${service} is read again.`,
  });
}
