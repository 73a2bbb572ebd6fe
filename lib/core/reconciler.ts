import type {
  IssuerKeysResult,
  ReconcileResult,
  ReviewResult,
  RevokeResult,
  ServiceStatus,
  StatusResult,
  UndoResult,
} from '../contract/reconciler-protocol';
import type { WorkspaceLimits } from '../contract/workspace-limits';
import { isKeyRotationError, KeyRotationError, messageOf } from './errors';
import { type ActionPorts, apply } from './keys/apply';
import type { ServiceObservation } from './keys/observation';
import { observeAll, observeOne, refresh, type Snapshot } from './keys/observe';
import { planService } from './keys/plan';
import { revoke } from './keys/revoke';
import { undo } from './keys/undo';
import { LimitKeeper } from './limit-keeper';
import { unknownKeys } from './monitoring/conditions';
import { Monitor, type MonitorPorts, type MonitorScope, type PerformedAction } from './monitoring/monitor';
import type { SecretRead } from './monitoring/secret-read';
import { describeService } from './monitoring/status';
import type { IssuerKey } from './ports';
import { after, DAY_MS } from './time';

export interface ReconcilerPorts extends ActionPorts, MonitorPorts {}

export interface ReconcilerScope extends MonitorScope {
  /** What Claude is to enforce on the workspace. @default - its limits are left alone */
  readonly workspaceLimits?: WorkspaceLimits;
}

/** How far back `keys status` looks for a key's last use. */
const LAST_USE_DAYS = 30;

/**
 * Brings every key of an environment towards the state it should be in. Level-triggered: each run reads what is and
 * acts on that alone, so a run that was missed, cut off or doubled does no harm.
 */
export class Reconciler {
  readonly #monitor: Monitor;
  readonly #limits: LimitKeeper;

  constructor(
    private readonly ports: ReconcilerPorts,
    private readonly scope: ReconcilerScope,
  ) {
    this.#monitor = new Monitor(ports, scope);
    const limits = ports.issuer.kind === 'ours' ? ports.issuer.limits : undefined;
    this.#limits = new LimitKeeper({ ...ports, limits }, scope.workspaceLimits);
  }

  /** A full run over the environment: acts, publishes the figures, and logs one line per service. */
  async reconcileAll(): Promise<ReconcileResult> {
    const snapshot = await observeAll(this.ports);
    const result = await this.#act(snapshot);
    // Who cannot even list the keys is told that, and need not ask about limits.
    const limits = snapshot.issuer.listFailure ? undefined : await this.#limits.keep();
    const { issuer, broken, services: before } = snapshot;
    await this.#monitor.report({ ...result, issuer, broken, before, ...(limits ? { limits } : {}) });
    return result.report;
  }

  /** A run over one service, for an operator who has just staged a key. @throws KeyRotationError UnknownService */
  async reconcileOne(service: string): Promise<ReconcileResult> {
    return (await this.#act(await this.#observeKnown(service))).report;
  }

  async status(service?: string): Promise<StatusResult> {
    const { services, issuer, broken } = service ? await this.#observeKnown(service) : await observeAll(this.ports);
    const usage = await this.#recentUsage();
    const seen = usage ? { ...issuer, usage } : issuer;
    return { now: this.#now(), services: services.map((each) => this.#describe({ ...each, issuer: seen }, broken)) };
  }

  /** Tells people of a read of a secret that EventBridge has told us of. */
  tellOfRead(read: SecretRead): Promise<void> {
    return this.#monitor.tellOfRead(read);
  }

  /** Every service with its figures of age, use and cost, for a review. Changes nothing, tells nobody. */
  async review(): Promise<ReviewResult> {
    const { services, issuer, broken } = await observeAll(this.ports);
    const figures = await this.#monitor.figures(services, issuer);
    const unknown = unknownKeys(issuer, services, this.ports.clock.now()).map(({ id, name }) => ({ id, name }));
    return {
      now: this.#now(),
      services: services.map((each) => this.#describe(each, broken)),
      figures,
      unknownKeys: issuer.keys ? unknown : null,
    };
  }

  /** The issuer's own list, for checking a key that is about to be staged. */
  async issuerKeys(): Promise<IssuerKeysResult> {
    const { issuer } = this.ports;
    if (issuer.kind === 'manual')
      return { now: this.#now(), known: false, reason: 'this environment has no admin key (issuerAccess: manual)' };
    return { now: this.#now(), known: true, keys: (await issuer.keys.list()).map(viewOf) };
  }

  /** Makes the key that was retired last current again. @throws KeyRotationError NothingToUndo, UndoImpossible, UnknownService */
  async undo(service: string): Promise<UndoResult> {
    const { services } = await this.#observeKnown(service);
    const [observation] = services;
    if (!observation) throw unknownService(service, this.scope.environment);
    return undo(observation, this.ports);
  }

  /**
   * Disables a key that has leaked, at once, provided it is not current any more.
   * @throws KeyRotationError KeyNotHeld, KeyInUse, StateChangedMeanwhile, UnknownService
   */
  async revoke(service: string, keyId: string): Promise<RevokeResult> {
    const { ports, scope } = this;
    const secret = await ports.directory.describe(service);
    if (!secret) throw unknownService(service, scope.environment);
    return revoke(keyId, { ports, environment: scope.environment, secret });
  }

  #now(): string {
    return this.ports.clock.now().toISOString();
  }

  async #observeKnown(service: string): Promise<Snapshot> {
    const snapshot = await observeOne(this.ports, service);
    if (snapshot.services.length === 0) throw unknownService(service, this.scope.environment);
    return snapshot;
  }

  async #act(snapshot: Snapshot): Promise<Run> {
    const actions: string[] = [];
    const performed: PerformedAction[] = [];
    const failed = new Map<string, string>();
    const services: ServiceObservation[] = [];
    for (const observation of snapshot.services)
      services.push(await this.#actOn(observation, { done: actions, performed, failed }));
    return {
      services,
      performed,
      failed,
      report: { services: services.map((each) => this.#describe(each, snapshot.broken)), actions },
    };
  }

  /** A service that fails does not hold up the others. */
  async #actOn(
    observation: ServiceObservation,
    { done, performed, failed }: { done: string[]; performed: PerformedAction[]; failed: Map<string, string> },
  ): Promise<ServiceObservation> {
    const { ports } = this;
    try {
      if (planService(observation, ports.clock.now()).length === 0) return observation;
      const fresh = await refresh(ports, observation);
      if (!fresh.secret) return fresh;
      const scene = { ports, environment: this.scope.environment, secret: fresh.secret };
      for (const action of planService(fresh, ports.clock.now())) {
        done.push(await apply(action, scene));
        performed.push({ service: fresh.service, action });
        ports.journal.note('action', { service: fresh.service, kind: action.kind, done: done.at(-1) ?? '' });
      }
      return await refresh(ports, fresh);
    } catch (error) {
      failed.set(observation.service, isKeyRotationError(error) ? error.message : 'an unexpected error');
      ports.journal.note('service-failed', { service: observation.service, error: messageOf(error) });
      return observation;
    }
  }

  /** Of a service whose registration cannot be understood, nothing else can be said than that. */
  #describe(observation: ServiceObservation, broken: readonly string[]): ServiceStatus {
    const { allowPersonalKeys = false } = this.scope;
    const described = describeService(observation, this.ports.clock.now(), { allowPersonalKeys });
    return broken.includes(described.service) ? { ...described, conditions: ['broken-registration'] } : described;
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
  readonly performed: readonly PerformedAction[];
  /** What went wrong, by service. */
  readonly failed: ReadonlyMap<string, string>;
  readonly report: ReconcileResult;
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
