import { CONDITIONS, type Condition, DIMENSIONS, METRICS } from '../contract/metrics';
import type { IssuerKeysResult, ReconcileResult, StatusResult, UndoResult } from '../contract/reconciler-protocol';
import { type ActionPorts, apply } from './apply';
import { isAdminAccessFailing, isAdminKeyExpiring, serviceConditions, unknownKeys } from './conditions';
import { KeyRotationError, messageOf } from './errors';
import type { ServiceObservation } from './observation';
import { observeAll, observeOne, refresh, type Snapshot } from './observe';
import { planService } from './plan';
import type { Figure, Figures, IssuerKey } from './ports';
import { describeService } from './status';
import { after, DAY_MS } from './time';
import { undo } from './undo';

export interface ReconcilerPorts extends ActionPorts {
  readonly figures: Figures;
}

export interface ReconcilerScope {
  readonly environment: string;
  /** Day on which the admin key expires, as the operator declared it. */
  readonly adminKeyExpiresOn?: Date;
}

/** How far back `keys status` looks for a key's last use. */
const LAST_USE_DAYS = 30;

/**
 * Brings every key of an environment towards the state it should be in. Level-triggered: each run reads what is and
 * acts on that alone, so a run that was missed, cut off or doubled does no harm.
 */
export class Reconciler {
  constructor(
    private readonly ports: ReconcilerPorts,
    private readonly scope: ReconcilerScope,
  ) {}

  /** A full run over the environment: acts, publishes the figures, and logs one line per service. */
  async reconcileAll(): Promise<ReconcileResult> {
    const snapshot = await observeAll(this.ports);
    const result = await this.#act(snapshot);
    await this.#publish(result, snapshot);
    return result.report;
  }

  /** A run over one service, for an operator who has just staged a key. @throws KeyRotationError UnknownService */
  async reconcileOne(service: string): Promise<ReconcileResult> {
    return (await this.#act(await this.#observeKnown(service))).report;
  }

  async status(service?: string): Promise<StatusResult> {
    const { services, issuer } = service ? await this.#observeKnown(service) : await observeAll(this.ports);
    const usage = await this.#recentUsage();
    const now = this.ports.clock.now();
    const seen = usage ? { ...issuer, usage } : issuer;
    return { services: services.map((each) => describeService({ ...each, issuer: seen }, now)) };
  }

  /** The issuer's own list, for checking a key that is about to be staged. */
  async issuerKeys(): Promise<IssuerKeysResult> {
    const { issuer } = this.ports;
    if (issuer.kind === 'manual')
      return { known: false, reason: 'this environment has no admin key (issuerAccess: manual)' };
    return { known: true, keys: (await issuer.keys.list()).map(viewOf) };
  }

  /** Makes the key that was retired last current again. @throws KeyRotationError NothingToUndo, UndoImpossible, UnknownService */
  async undo(service: string): Promise<UndoResult> {
    const { services } = await this.#observeKnown(service);
    const [observation] = services;
    if (!observation) throw unknownService(service, this.scope.environment);
    return undo(observation, this.ports);
  }

  async #observeKnown(service: string): Promise<Snapshot> {
    const snapshot = await observeOne(this.ports, service);
    if (snapshot.services.length === 0) throw unknownService(service, this.scope.environment);
    return snapshot;
  }

  async #act(snapshot: Snapshot): Promise<Run> {
    const actions: string[] = [];
    const services: ServiceObservation[] = [];
    for (const observation of snapshot.services) services.push(await this.#actOn(observation, actions));
    const now = this.ports.clock.now();
    return { services, report: { services: services.map((each) => describeService(each, now)), actions } };
  }

  /** A service that fails does not hold up the others. */
  async #actOn(observation: ServiceObservation, done: string[]): Promise<ServiceObservation> {
    const { ports } = this;
    try {
      if (planService(observation, ports.clock.now()).length === 0) return observation;
      const fresh = await refresh(ports, observation);
      if (!fresh.secret) return fresh;
      const scene = { ports, environment: this.scope.environment, secret: fresh.secret };
      for (const action of planService(fresh, ports.clock.now())) {
        done.push(await apply(action, scene));
        ports.journal.note('action', { service: fresh.service, kind: action.kind, done: done.at(-1) ?? '' });
      }
      return await refresh(ports, fresh);
    } catch (error) {
      ports.journal.note('service-failed', { service: observation.service, error: messageOf(error) });
      return observation;
    }
  }

  async #publish({ services, report }: Run, { issuer, services: before }: Snapshot): Promise<void> {
    const { journal, clock, figures } = this.ports;
    const now = clock.now();
    for (const { service, owner, hasKey, spares, conditions } of report.services) {
      journal.note('service', { service, owner, hasKey, spares, conditions: conditions.join(' ') });
    }
    // The issuer's list is from before the run: a key that the run let go of was not unknown then.
    const unknown = unknownKeys(issuer, [...before, ...services], now);
    for (const { id, name } of unknown) journal.note('unknown-key', { keyId: id, name });
    const fleet: Partial<Record<Condition, number>> = {
      'unknown-key': unknown.length,
      'admin-access-failing': isAdminAccessFailing(issuer, services) ? 1 : 0,
      'admin-key-expiring': isAdminKeyExpiring(this.scope.adminKeyExpiresOn, now) ? 1 : 0,
    };
    const counts = countConditions(services, now);
    await figures.publish(this.#figures({ ...counts, ...fleet }));
  }

  #figures(counts: Readonly<Partial<Record<Condition, number>>>): readonly Figure[] {
    const environment = { [DIMENSIONS.environment]: this.scope.environment };
    const conditions = (Object.keys(CONDITIONS) as Condition[]).map((condition) => ({
      name: METRICS.inCondition,
      value: counts[condition] ?? 0,
      dimensions: { ...environment, [DIMENSIONS.condition]: condition },
    }));
    return [...conditions, { name: METRICS.heartbeat, value: 1, dimensions: environment }];
  }

  /** Undefined when it cannot be read: a status without last use is better than none. */
  async #recentUsage() {
    const { issuer, clock, journal } = this.ports;
    if (issuer.kind === 'manual') return undefined;
    try {
      return await issuer.usage.since(after(clock.now(), -LAST_USE_DAYS * DAY_MS));
    } catch (error) {
      journal.note('usage-unknown', { error: messageOf(error) });
      return undefined;
    }
  }
}

interface Run {
  readonly services: readonly ServiceObservation[];
  readonly report: ReconcileResult;
}

function countConditions(services: readonly ServiceObservation[], now: Date): Partial<Record<Condition, number>> {
  const counts: Partial<Record<Condition, number>> = {};
  for (const service of services) {
    for (const condition of serviceConditions(service, now)) counts[condition] = (counts[condition] ?? 0) + 1;
  }
  return counts;
}

const viewOf = (key: IssuerKey) => ({
  id: key.id,
  name: key.name,
  hint: key.hint,
  status: key.status,
  createdAt: key.createdAt.toISOString(),
  expiresAt: key.expiresAt?.toISOString() ?? null,
  owner: key.owner,
});

const unknownService = (service: string, environment: string): KeyRotationError =>
  new KeyRotationError(
    'UnknownService',
    `there is no service "${service}" in ${environment}; "claude-keys status ${environment}" lists them`,
  );
