import { AWS_CURRENT, AWS_PENDING, readLabels } from '../../../lib/contract/labels';
import type { ReconcileResult } from '../../../lib/contract/reconciler-protocol';
import { longestQuietHours } from '../../../lib/core/keys/retirement';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../utc-time';
import type { Finding } from '../watch';
import type { MemorySecret } from './memory/secrets';
import type { Player } from './player';
import type { PortsWorld } from './ports-world';

/** So many runs of the reconciler reach the goal, once everything is healthy. */
const MOST_RUNS = 60;
/** After a run that did something, the next comes this soon; after one that did nothing, the wait grows up to the longest. */
const SOON_MS = 15 * MINUTE_MS;
const LONGEST_MS = 2 * DAY_MS;
const GROWTH = 6;
/** What waits take longer because runs are far apart. */
const SLACK_MS = 4 * DAY_MS;
/** A rotation that just began may be pending for so long. */
const PENDING_MS = 25 * HOUR_MS;
/** A key that nobody holds is reported once it is this old. */
const UNKNOWN_AFTER_MS = DAY_MS;
const MOST_AHEAD_MINUTES = 10;
/** A retirement that is so much past its deadline is told. */
const OVERDUE_BY_MS = DAY_MS;

/**
 * Lets a healthy world come to its goal: runs the reconciler, while time passes that is long enough for every wait of
 * every policy in it, and judges what it has come to.
 */
export async function reachGoal(world: PortsWorld, player: Player): Promise<readonly Finding[]> {
  player.heal();
  const endMs = world.now().getTime() + longestWaitMs(world) + SLACK_MS;
  let runs = 0;
  let waitMs = SOON_MS;
  for (let quiet = 0; quiet < 2 && runs < MOST_RUNS; runs++) {
    const { actions } = await runOnce(world);
    if (world.isManual) player.people.doAsAsked();
    world.changed();
    const isOver = world.now().getTime() >= endMs;
    quiet = isOver && actions === 0 ? quiet + 1 : 0;
    waitMs = actions > 0 || isOver ? SOON_MS : Math.min(waitMs * GROWTH, LONGEST_MS);
    await player.pass(waitMs, 0);
  }
  return judgeGoal(world, await lastRun(world, player));
}

/** What a run still does at the very end may be the last thing to do, but the runs after it must find nothing. */
async function lastRun(world: PortsWorld, player: Player): Promise<LastRun> {
  let last = await runOnce(world);
  for (let more = 0; more < 3 && last.actions > 0; more++) {
    await player.pass(0, 0);
    last = await runOnce(world);
  }
  return last;
}

interface LastRun {
  readonly actions: number;
  readonly failed: number;
  readonly report: ReconcileResult | undefined;
}

async function runOnce(world: PortsWorld): Promise<LastRun> {
  world.unknown.clear();
  world.takeFailedServices();
  world.takeActions();
  let report: ReconcileResult | undefined;
  await world.reconcile('reconcile', world, async (reconciler) => {
    report = await reconciler.reconcileAll();
  });
  return { actions: world.takeActions(), failed: world.takeFailedServices(), report };
}

/** Twice the waits of one key, since marks that do not fit on a secret wait until earlier keys are gone. */
function longestWaitMs(world: PortsWorld): number {
  const waits = world.services.map((service) => {
    const policy = world.policyOf(service);
    const { overlapHours, maxReportLagHours, undoWindowDays } = policy;
    return (overlapHours + longestQuietHours(policy) + maxReportLagHours) * HOUR_MS + undoWindowDays * DAY_MS;
  });
  return 2 * Math.max(...waits) + SLACK_MS;
}

function judgeGoal(world: PortsWorld, last: LastRun): readonly Finding[] {
  const findings: Finding[] = [];
  // Where no figure is ever taken, what is not reached is owed to that until the contrary is shown.
  const unreached = world.setting.figuresFail ? 'I9, I12' : 'I9';
  const found = (invariant: string, what: string): void => void findings.push({ invariant, what });
  if (last.actions > 0) found('I9', `after ${MOST_RUNS} runs there is still something to do`);
  if (last.failed > 0) found('I9', 'a run fails on a service though all is healthy');
  for (const secret of world.secrets.all) {
    for (const what of wrongWith(secret, world)) found(unreached, what);
  }
  world.judge.count('I9', 'I12');
  for (const what of orphans(world)) found('I5', what);
  for (const what of [...unnoticed(world, last), ...overdue(world, last)]) found('I12', what);
  return findings;
}

/** What is not as it should be about one service, in the end. */
function wrongWith(secret: MemorySecret, world: PortsWorld): readonly string[] {
  const { service, versions } = secret;
  const wrong: string[] = [];
  const truth = world.truth();
  const isRegistered = truth.services.get(service)?.registered ?? false;
  const current = truth.current.get(service);
  const key = typeof current === 'object' ? truth.keys.find(({ id }) => id === current.keyId) : undefined;
  // Where people look after the keys, nobody asks the issuer whether the current one is still accepted.
  const isKnownToBeDead = !world.isManual || current === 'placeholder';
  if (isRegistered && !key?.accepted && isKnownToBeDead && secret.rotationEnabled && usableSpare(service, world)) {
    wrong.push(`${service} has no key that is accepted, though a spare waits`);
  }
  // Reports that no clock agrees with retire nothing: people are told that it is overdue.
  const retires = areReportsUsable(world);
  if (!isRegistered && key && isLabelled(service, world) && retires)
    wrong.push(`${service} was removed and still has a key`);
  const pendingSince = versions.createdAt(versions.holderOf(AWS_PENDING) ?? '');
  if (pendingSince && (isRegistered || retires) && world.now().getTime() - pendingSince.getTime() > PENDING_MS) {
    wrong.push(`${service} has a rotation that does not end`);
  }
  if (isRegistered && isUndone(secret, world) && secret.rotationEnabled && usableSpare(service, world)) {
    wrong.push(`${service} still has the key that an undo brought back, though a spare waits`);
  }
  if (!secret.rotationEnabled && isRegistered && !isPaused(secret, world))
    wrong.push(`the rotation of ${service} stays off`);
  for (const [versionId, labels] of versions.labelled) {
    if (current === undefined || isRecent(secret, versionId, world)) continue;
    if (retires) wrong.push(...wrongLabels(service, labels));
  }
  return wrong;
}

/** Whether the issuer's clock is near enough: the reports of one that is far off are of a time to come, or too old. */
function areReportsUsable(world: PortsWorld): boolean {
  const { issuerAheadMinutes = 0 } = world.setting;
  const hours = Math.min(...world.services.map((service) => world.policyOf(service).maxReportLagHours));
  return issuerAheadMinutes <= MOST_AHEAD_MINUTES && issuerAheadMinutes > -(hours * 60 - MOST_AHEAD_MINUTES);
}

/** A key that was replaced a moment ago still has its waits before it. */
function isRecent({ versions }: MemorySecret, versionId: string, world: PortsWorld): boolean {
  const keyId = world.issuer.idOf(versions.textOf(versionId) ?? '');
  const since = world.judge.lastCurrentAt(keyId ?? '') ?? versions.createdAt(versionId) ?? world.now();
  return versions.holderOf(AWS_CURRENT) !== versionId && world.now().getTime() - since.getTime() < longestWaitMs(world);
}

function wrongLabels(service: string, labels: readonly string[]): readonly string[] {
  const { current, pending, keyId, retiringSince, disablingSince } = readLabels(labels);
  if (current) return retiringSince || disablingSince ? [`the current key of ${service} is marked as retiring`] : [];
  if (!keyId && (retiringSince || disablingSince))
    return [`a version of ${service} that holds no key is marked as retiring`];
  return keyId && !pending ? [`${service} still holds the former key ${keyId}`] : [];
}

const isPaused = ({ versions }: MemorySecret, world: PortsWorld): boolean =>
  [...versions.labelled.values()].some((labels) => (readLabels(labels).pausedUntil ?? world.now()) > world.now());

/** Whether an undo brought the current key back, and the pause after it has been over for a while. */
function isUndone({ versions }: MemorySecret, world: PortsWorld): boolean {
  const { pausedUntil } = readLabels(versions.labelled.get(versions.holderOf(AWS_CURRENT) ?? '') ?? []);
  return pausedUntil !== undefined && world.now().getTime() - pausedUntil.getTime() > PENDING_MS;
}

/** A spare that a rotation could take, and that it could have taken for a while. */
function usableSpare(service: string, world: PortsWorld): boolean {
  const { spareMaxAgeDays, rotateBeforeExpiryDays } = world.policyOf(service);
  const nowMs = world.now().getTime();
  return world.shelf.all().some((spare) => {
    const key = world.issuer.key(world.issuer.idOf(spare.key.reveal()) ?? '');
    const lastsMs = (key?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - nowMs;
    return (
      spare.service === service &&
      key !== undefined &&
      world.issuer.statusOf(key) === 'active' &&
      nowMs - spare.stagedAt.getTime() < spareMaxAgeDays * DAY_MS &&
      lastsMs > rotateBeforeExpiryDays * DAY_MS
    );
  });
}

/** Active keys that nobody holds and nobody was told of. Where people look after the keys, nobody can be told. */
function orphans(world: PortsWorld): readonly string[] {
  if (world.isManual) return [];
  const truth = world.truth();
  return truth.keys
    .filter(({ id, status, places }) => status === 'active' && places.length === 0 && !world.unknown.has(id))
    .filter(({ createdAt }) => truth.now.getTime() - createdAt.getTime() > UNKNOWN_AFTER_MS)
    .map(({ id }) => `the key ${id} is active, nobody holds it, and it is not reported as unknown`);
}

/** A version that people made current after its key was let go of holds a text like any other: no function reads texts to compare them. */
function isLabelled(service: string, world: PortsWorld): boolean {
  const { versions } = world.secrets.of(service);
  return readLabels(versions.labelled.get(versions.holderOf(AWS_CURRENT) ?? '') ?? []).keyId !== undefined;
}

/** Services whose current key is refused without any condition that says so. Where nobody may ask the issuer, nobody knows. */
function unnoticed(world: PortsWorld, { report }: LastRun): readonly string[] {
  if (world.isManual || world.setting.figuresFail) return [];
  const truth = world.truth();
  return [...truth.current].flatMap(([service, value]) => {
    if (typeof value !== 'object' || !isLabelled(service, world) || !truth.services.get(service)?.registered) return [];
    if (truth.keys.find(({ id }) => id === value.keyId)?.accepted) return [];
    const conditions = report?.services.find((each) => each.service === service)?.conditions ?? [];
    return conditions.includes('current-key-dead')
      ? []
      : [`nothing says that the current key of ${service} is refused`];
  });
}

/** Former keys that stay in use, or whose use stays unknown, beyond the deadline, without any condition that says so. */
function overdue(world: PortsWorld, { report }: LastRun): readonly string[] {
  if (world.isManual || world.setting.figuresFail) return [];
  const nowMs = world.now().getTime();
  return world.secrets.all.flatMap(({ service, versions }) => {
    const deadlineMs = world.policyOf(service).retirementDeadlineDays * DAY_MS + OVERDUE_BY_MS;
    const isOverdue = [...versions.labelled.values()]
      .map(readLabels)
      .some(({ current, keyId, retiringSince, disablingSince }) => {
        const isRetiring = !current && keyId !== undefined && disablingSince === undefined;
        return isRetiring && retiringSince !== undefined && nowMs - retiringSince.getTime() > deadlineMs;
      });
    const conditions = report?.services.find((each) => each.service === service)?.conditions ?? [];
    return isOverdue && !conditions.includes('retirement-overdue')
      ? [`nothing says that the retirement of a key of ${service} is overdue`]
      : [];
  });
}
