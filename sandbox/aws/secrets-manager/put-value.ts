import type { Fields } from '../fields';
import type { Caller } from '../service';
import { noteLabels, type SecretsContext } from './context';
import { checkLength, checkVersionId, invalidParameter, invalidRequest, resourceExists } from './errors';
import { AWS_CURRENT, DEFAULT_KEY, type Secret, type SecretValue, type SecretVersion } from './secret';

/** A value on its way into a version. */
export interface ValuePut {
  readonly token: string;
  readonly value: SecretValue;
  /** Undefined: what AWS does by default, which is to make it the current value. */
  readonly labels?: readonly string[];
}

const BYTES = [1, 65_536] as const;

/** The value in an input; undefined when it has none. */
export function readValue(input: Fields): SecretValue | undefined {
  const text = input.optionalString('SecretString');
  const bytes = input.optionalBytes('SecretBinary');
  if (text !== undefined && bytes !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (text !== undefined) {
    checkLength('secretString', Buffer.byteLength(text), BYTES);
    return { kind: 'text', text };
  }
  if (bytes === undefined) return undefined;
  checkLength('secretBinary', bytes.byteLength, BYTES);
  return { kind: 'binary', bytes };
}

/** The caller's token, which becomes the version's id. The SDKs and the CLI make one up; a bare request has to bring it. */
export function readToken(input: Fields, missing = invalidRequest): string {
  const token = input.optionalString('ClientRequestToken');
  if (token === undefined) {
    throw missing('You must provide a ClientRequestToken value. We recommend a UUID-type value.');
  }
  checkVersionId('clientRequestToken', token);
  return token;
}

/** Writes a value under a token. The same value under the same token again adds labels and nothing else. */
export async function putValue(
  context: SecretsContext,
  secret: Secret,
  put: ValuePut,
  caller: Caller,
): Promise<SecretVersion> {
  if (!secret.version(put.token)?.value) await context.encryption.write(secret, put.token, caller);
  // Looked up again: somebody else may have filled the version while KMS was asked.
  const version = secret.version(put.token);
  if (!version?.value) return writeValue(context, secret, put);
  await context.encryption.read(secret, version, caller);
  return replay(context, secret, version, put);
}

/** Writes a value that KMS has let pass, into the version that a rotation announced or a new one. */
export function writeValue(context: SecretsContext, secret: Secret, put: ValuePut): SecretVersion {
  const now = context.account.clock.now();
  const { unfinished } = secret;
  const announced = secret.version(put.token);
  const version = announced ?? { id: put.token, createdAt: now };
  const labels = labelsFor(secret, put);
  const moved = announced ? secret.attach(labels, version.id) : secret.add(version, labels, now);
  version.value = put.value;
  version.createdAt = now;
  version.kmsKeyIds = [secret.kmsKeyId ?? DEFAULT_KEY];
  noteLabels(context, secret, moved, version.id);
  const byHand = unfinished?.id !== version.id;
  if (moved.includes(AWS_CURRENT) && byHand) {
    if (unfinished) context.rotation.abandon(secret, unfinished.id);
    context.rotation.schedule(secret);
  }
  return version;
}

/** A secret's first value is its current one, whatever labels were asked for. */
function labelsFor(secret: Secret, put: ValuePut): readonly string[] {
  const labels = put.labels ?? [AWS_CURRENT];
  return secret.versions.length === 0 ? [...new Set([...labels, AWS_CURRENT])] : labels;
}

function replay(context: SecretsContext, secret: Secret, version: SecretVersion, put: ValuePut): SecretVersion {
  if (!version.value || !sameValue(version.value, put.value)) {
    throw resourceExists(
      `You can't use ClientRequestToken ${put.token} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const moved = secret.attach(put.labels ?? [], version.id);
  if (moved.length > 0) noteLabels(context, secret, moved, version.id);
  return version;
}

function sameValue(a: SecretValue, b: SecretValue): boolean {
  if (a.kind === 'text') return b.kind === 'text' && a.text === b.text;
  return b.kind === 'binary' && Buffer.compare(a.bytes, b.bytes) === 0;
}
