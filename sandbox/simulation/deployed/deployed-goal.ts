import { AWS_PENDING, readLabels } from '../../../lib/contract/labels';
import { secretName, spareOfParameterName } from '../../../lib/contract/names';
import type { ReconcileResult } from '../../../lib/contract/reconciler-protocol';
import { longestQuietHours } from '../../../lib/core/keys/retirement';
import type { InspectedVersion } from '../../aws/secrets-manager/secrets-manager';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../utc-time';
import type { Finding } from '../watch';
import type { DeployedPlayer } from './deployed-player';
import type { DeployedWorld } from './deployed-world';

/** So many runs of the reconciler reach the goal, once everything is healthy. */
const MOST_RUNS = 60;
const SOON_MS = 15 * MINUTE_MS;
const LONGEST_MS = 2 * DAY_MS;
const GROWTH = 6;
/** What waits take longer because runs are far apart. */
const SLACK_MS = 4 * DAY_MS;
/** A rotation that just began may be pending for so long. */
const PENDING_MS = 25 * HOUR_MS;
/** A key that nobody holds is reported once it is this old. */
const UNKNOWN_AFTER_MS = DAY_MS;

/**
 * Lets a healthy environment come to its goal: runs the reconciler, while time passes that is long enough for every wait
 * of every policy in it, and judges what it has come to.
 */
export async function reachDeployedGoal(world: DeployedWorld, player: DeployedPlayer): Promise<readonly Finding[]> {
  await player.heal();
  const endMs = nowMs(world) + longestWaitMs(world) + SLACK_MS;
  let waitMs = SOON_MS;
  for (let quiet = 0, runs = 0; quiet < 2 && runs < MOST_RUNS; runs++) {
    const acts = (await player.reconcile())?.actions.length ?? (world.setting.figuresFail ? 0 : 1);
    if (world.isManual) player.people.doAsAsked();
    world.changed();
    const isOver = nowMs(world) >= endMs;
    quiet = isOver && acts === 0 ? quiet + 1 : 0;
    waitMs = acts > 0 || isOver ? SOON_MS : Math.min(waitMs * GROWTH, LONGEST_MS);
    await player.pass(waitMs, 0);
  }
  return judgeGoal(world, await player.reconcile());
}

const nowMs = ({ sandbox }: DeployedWorld): number => sandbox.clock.now().getTime();

function longestWaitMs(world: DeployedWorld): number {
  const waits = [...world.truth().services.values()].map(({ policy }) => {
    const { overlapHours, maxReportLagHours, undoWindowDays } = policy;
    return (overlapHours + longestQuietHours(policy) + maxReportLagHours) * HOUR_MS + undoWindowDays * DAY_MS;
  });
  return Math.max(...waits) + SLACK_MS;
}

function judgeGoal(world: DeployedWorld, last: ReconcileResult | undefined): readonly Finding[] {
  const findings: Finding[] = [];
  const found = (invariant: string, what: string): void => void findings.push({ invariant, what });
  if (!last && !world.setting.figuresFail) found('I9', 'a run fails though all is healthy');
  if ((last?.actions.length ?? 0) > 0)
    found('I9', `after ${MOST_RUNS} runs there is still to do: ${last?.actions.join('; ')}`);
  for (const service of world.services) for (const what of wrongWith(service, world)) found('I9', what);
  for (const what of orphans(world)) found('I5', what);
  if (last) for (const what of unnoticed(world, last)) found('I12', what);
  return findings;
}

/** What is not as it should be about one service, in the end. */
function wrongWith(service: string, world: DeployedWorld): readonly string[] {
  const wrong: string[] = [];
  const { sandbox } = world;
  const truth = world.truth();
  const isRegistered = truth.services.get(service)?.registered ?? false;
  const current = truth.current.get(service);
  const key = typeof current === 'object' ? truth.keys.find(({ id }) => id === current.keyId) : undefined;
  const secret = sandbox.secretsManager.secrets().find(({ name }) => name === secretName(sandbox.environment, service));
  if (!secret) return [`${service} has no secret`];
  const labels = secret.versions.map((version) => readLabels(version.labels));
  // Where people look after the keys, nobody asks the issuer whether the current one is still accepted.
  const isKnownToBeDead = !world.isManual || current === 'placeholder';
  if (isRegistered && !key?.accepted && isKnownToBeDead && secret.rotationEnabled && hasUsableSpare(service, world)) {
    wrong.push(`${service} has no key that is accepted, though a spare waits`);
  }
  if (!isRegistered && labels.some((marks) => marks.current && marks.keyId))
    wrong.push(`${service} was removed and still has a key`);
  const pending = secret.versions.find((version) => version.labels.includes(AWS_PENDING));
  if (pending && nowMs(world) - pending.createdAt.getTime() > PENDING_MS)
    wrong.push(`${service} has a rotation that does not end`);
  const isPaused = labels.some(({ pausedUntil }) => (pausedUntil?.getTime() ?? 0) > nowMs(world));
  if (!secret.rotationEnabled && isRegistered && !isPaused) wrong.push(`the rotation of ${service} stays off`);
  return [...wrong, ...leftBehind(secret.versions, service, world)];
}

/** Former keys whose waits are over and that the service still holds. */
function leftBehind(versions: readonly InspectedVersion[], service: string, world: DeployedWorld): readonly string[] {
  const recently = nowMs(world) - longestWaitMs(world);
  return versions.flatMap(({ labels, createdAt }) => {
    const { keyId, current, pending } = readLabels(labels);
    if (!keyId || current || pending) return [];
    // Where the issuer's list cannot be read, a key goes by its name.
    const key = world.truth().keys.find(({ id, name }) => id === keyId || name === keyId);
    const since = world.judge.lastCurrentAt(key?.id ?? keyId) ?? createdAt;
    return since.getTime() < recently ? [`${service} still holds the former key ${keyId}`] : [];
  });
}

function hasUsableSpare(service: string, world: DeployedWorld): boolean {
  const { sandbox } = world;
  const policy = world.truth().services.get(service)?.policy;
  return sandbox.aws.ssm.parameters().some(({ name, changedAt }) => {
    const spare = spareOfParameterName(sandbox.environment, name);
    const key = world.truth().keys.find(({ id, name: keyName }) => id === spare?.keyId || keyName === spare?.keyId);
    if (!policy || spare?.service !== service || key?.status !== 'active') return false;
    const expiresAt = sandbox.claude.key(key.id).expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
    const isFresh = nowMs(world) - changedAt.getTime() < policy.spareMaxAgeDays * DAY_MS;
    return isFresh && expiresAt - nowMs(world) > policy.rotateBeforeExpiryDays * DAY_MS;
  });
}

/** Active keys that nobody holds and nobody was told of. Where people look after the keys, nobody can be told. */
function orphans(world: DeployedWorld): readonly string[] {
  if (world.isManual) return [];
  const reported = world.sandbox.aws.logs
    .groups()
    .flatMap(({ lines }) => lines)
    .filter(({ text }) => text.includes('"unknown-key"'))
    .map(({ text }) => text)
    .join('\n');
  return world
    .truth()
    .keys.filter(({ id, status, places }) => status === 'active' && places.length === 0 && !reported.includes(id))
    .filter(({ createdAt }) => nowMs(world) - createdAt.getTime() > UNKNOWN_AFTER_MS)
    .map(({ id }) => `the key ${id} is active, nobody holds it, and it is not reported as unknown`);
}

/** Services whose current key is refused without any condition that says so. */
function unnoticed(world: DeployedWorld, { services }: ReconcileResult): readonly string[] {
  if (world.isManual) return [];
  return world.services.flatMap((service) => {
    const value = world.truth().current.get(service);
    if (typeof value !== 'object' || !world.truth().services.get(service)?.registered) return [];
    if (world.truth().keys.find(({ id }) => id === value.keyId)?.accepted) return [];
    const conditions = services.find((each) => each.service === service)?.conditions ?? [];
    return conditions.includes('current-key-dead')
      ? []
      : [`nothing says that the current key of ${service} is refused`];
  });
}
