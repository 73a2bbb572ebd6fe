import { AWS_CURRENT } from '../contract/labels';
import type { Answer } from '../core/answer';
import type { SecretState } from '../core/ports';
import { malformed } from './answers';

type Labels = ReadonlyMap<string, readonly string[]>;

/**
 * A service's secret as ListSecrets shows it, which may lag: where it names no labels there are none, and `describe`
 * says what is so.
 */
export function listedState(service: string, entry: Answer): SecretState {
  const field = 'SecretVersionsToStages';
  return stateOf(service, entry, entry.has(field) ? entry.textLists(field) : new Map());
}

/** A service's secret as DescribeSecret shows it. One without a current version cannot be decided on. */
export function describedState(service: string, answer: Answer): SecretState {
  const labels = answer.textLists('VersionIdsToStages');
  const all = [...labels.values()].flat();
  if (!all.includes(AWS_CURRENT)) throw malformed(answer.what, 'names no current version');
  if (new Set(all).size < all.length) throw malformed(answer.what, 'names one label on two versions');
  return stateOf(service, answer, labels);
}

function stateOf(service: string, secret: Answer, labels: Labels): SecretState {
  return {
    service,
    arn: arnOf(secret),
    // AWS leaves it out where rotation was never configured.
    rotationEnabled: secret.has('RotationEnabled') && secret.flag('RotationEnabled'),
    rotationConfigured: secret.has('RotationLambdaARN') && secret.text('RotationLambdaARN') !== '',
    createdAt: secret.date('CreatedDate'),
    ...(secret.has('LastRotatedDate') ? { lastRotatedAt: secret.date('LastRotatedDate') } : {}),
    ...(secret.has('NextRotationDate') ? { nextRotationAt: secret.date('NextRotationDate') } : {}),
    labels,
    tags: tagsOf(secret),
  };
}

/** The ARN, which every later call goes by: it has to be this secret's. */
function arnOf(secret: Answer): string {
  const arn = secret.text('ARN');
  if (arn.startsWith('arn:') && arn.includes(`:secret:${secret.text('Name')}-`)) return arn;
  throw malformed(secret.what, 'has an "ARN" that is not its own');
}

/** Tags are for people: losing one must not matter, so those that cannot be read are left out. */
function tagsOf(secret: Answer): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const { Key, Value } of secret.items('Tags')) {
    if (typeof Key === 'string' && typeof Value === 'string') tags.set(Key, Value);
  }
  return tags;
}
