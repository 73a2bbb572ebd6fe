import { CONDITIONS, type Condition, DIMENSIONS, METRICS, type Severity } from '../../contract/metrics';
import { DEFAULT_POLICY } from '../../contract/registration';
import type { ServiceFigures } from '../../contract/service-figures';
import { KeyRotationError, messageOf } from '../errors';
import type { IssuerView, ServiceObservation } from '../keys/observation';
import { type Action, policyOf } from '../keys/plan';
import { LIMIT_CONDITIONS } from '../limits';
import type { Clock, ConditionMemory, Figure, Figures, Journal, Messages, OpenCondition, UseReports } from '../ports';
import { after, HOUR_MS, reached } from '../time';
import {
  awaitsRotation,
  brokenRegistration,
  conditionsUnknownTo,
  disabledOutside,
  type Finding,
  serviceFindings,
  unknownKeys,
  waitsForFirstKey,
} from './conditions';
import { type EnvironmentView, environmentFindings } from './environment-conditions';
import { serviceOfKeys } from './key-owners';
import { PLATFORM } from './message';
import { type Comparison, type FoundCondition, standing } from './open-conditions';
import type { SecretRead } from './secret-read';
import { serviceFigures } from './service-figures';
import { Teller } from './teller';
import { type FleetUse, UseReader } from './use';
import { USE_CONDITIONS, useFindings } from './use-conditions';

/** What it takes to know use and cost and to tell people, beyond figures and log lines. */
export interface MonitoringPorts {
  /** Undefined where nobody may ask the issuer. */
  readonly use?: UseReports;
  readonly memory: ConditionMemory;
  /** When the admin key in use was put in its place. */
  readonly adminKeySince?: () => Promise<Date | undefined>;
}

export interface MonitorPorts {
  readonly figures: Figures;
  readonly messages: Messages;
  readonly clock: Clock;
  readonly journal: Journal;
  /** @default - conditions are counted and logged, and nobody is told */
  readonly monitoring?: MonitoringPorts;
}

/** What an environment declares about its monitoring. */
export interface MonitorScope {
  readonly environment: string;
  /** Day on which the admin key expires, as the operator declared it. */
  readonly adminKeyExpiresOn?: Date;
  /** @default 90 */
  readonly adminKeyMaxAgeDays?: number;
  /** @default false */
  readonly allowPersonalKeys?: boolean;
  /** @default 'UTC' */
  readonly timeZone?: string;
  /** Conditions that the whole environment does not hear of. @default - none */
  readonly untold?: ReadonlySet<Condition>;
  /** Whether figures per service are published besides the counts. @default false */
  readonly serviceMetrics?: boolean;
}

const ADMIN_KEY_MAX_AGE_DAYS = 90;

/** What a run of the reconciler saw and did. */
export interface SeenRun {
  readonly issuer: IssuerView;
  readonly before: readonly ServiceObservation[];
  readonly services: readonly ServiceObservation[];
  readonly performed: readonly PerformedAction[];
  /** What kept the run from doing what a service needs, by service. */
  readonly failed: ReadonlyMap<string, string>;
  /** Services whose registration cannot be understood: nothing else can be said of them. */
  readonly broken: readonly string[];
  /** What is wrong with the workspace's limits; undefined when the run did not look. */
  readonly limits?: readonly Finding[];
}

export interface PerformedAction {
  readonly service: string;
  readonly action: Action;
}

/**
 * Tells what a run found: a log line per service, counts of services per condition, and a message for each that enters
 * or leaves one. It comes after everything that changes keys. What it cannot find out it calls unknown; only a failure
 * to publish the counts fails the run, which its error alarm notices.
 */
export class Monitor {
  readonly #use: UseReader | undefined;

  constructor(
    private readonly ports: MonitorPorts,
    private readonly scope: MonitorScope,
  ) {
    const reports = ports.monitoring?.use;
    this.#use = reports && new UseReader(reports, this.#timeZone);
  }

  async report(run: SeenRun): Promise<void> {
    const use = await this.#readUse(run);
    const admin = await this.#adminKeySince();
    const comparison = { found: this.#find(run, use, admin.since), ...this.#unknowns(run, use, admin.known) };
    const rows = run.services.map((each) => serviceFigures(each, freshUse(use)?.of(each.service), comparison.now));
    this.#log(run, rows, comparison.found);
    const counted = await this.#tell(run, comparison);
    await this.ports.figures.publish([
      ...this.#counts(counted),
      ...(this.scope.serviceMetrics ? rows.flatMap((row) => this.#serviceMetrics(row)) : []),
      this.#figure(METRICS.heartbeat, 1),
    ]);
  }

  /** Figures of every service without telling anybody. */
  async figures(services: readonly ServiceObservation[], issuer: IssuerView): Promise<readonly ServiceFigures[]> {
    const use = freshUse(await this.#readUse({ services, issuer }));
    return services.map((each) => serviceFigures(each, use?.of(each.service), this.ports.clock.now()));
  }

  /** Tells of a read of a secret as it happens: once, until there has been none for a day. */
  async tellOfRead({ service, principal, breakGlass }: SecretRead): Promise<void> {
    const { monitoring, messages, journal, clock } = this.ports;
    const condition = breakGlass ? 'break-glass-read' : 'secret-read-refused';
    journal.note(condition, { service, principal });
    if (!monitoring || this.scope.untold?.has(condition)) return;
    const found = [{ condition, subject: service, figure: `by ${principal}`, limit: 'none' } as const];
    const teller = new Teller({ ...monitoring, messages, journal }, this.scope.environment, () => undefined);
    const open = await teller.recall();
    const told = open && (await teller.tell({ open, found, isUnknown: () => true, now: clock.now() }));
    if (!told) throw new KeyRotationError('AwsFailed', `nobody could be told of ${condition} of ${service}`);
  }

  async #readUse({ services, issuer }: Pick<SeenRun, 'services' | 'issuer'>): Promise<UseReading> {
    if (!this.#use || issuer.listFailure === 'not-set-up') return undefined;
    if (issuer.listFailure === 'not-ours') return 'failed';
    const { clock, journal } = this.ports;
    try {
      const owners = serviceOfKeys(this.scope.environment, services);
      const fleet = await this.#use.read(owners, clock.now());
      const oldest = after(clock.now(), -maxReportLagHours(services) * HOUR_MS);
      return { fleet, fresh: !fleet.silent && reached(fleet.refreshedAt, oldest) };
    } catch (error) {
      journal.note('usage-unknown', { error: messageOf(error) });
      return 'failed';
    }
  }

  #find(run: SeenRun, use: UseReading, adminSince: Date | undefined): readonly FoundCondition[] {
    const now = this.ports.clock.now();
    const view: EnvironmentView = {
      issuer: run.issuer,
      // The issuer's list is from before the run: a key that the run let go of was not unknown then.
      services: [...run.before, ...run.services],
      admin: {
        maxAgeDays: this.scope.adminKeyMaxAgeDays ?? ADMIN_KEY_MAX_AGE_DAYS,
        ...(this.scope.adminKeyExpiresOn ? { expiresOn: this.scope.adminKeyExpiresOn } : {}),
        ...(adminSince ? { since: adminSince } : {}),
      },
      usageUntil: typeof use === 'object' ? (use.fleet.silent ? 'silent' : use.fleet.refreshedAt) : use,
      maxReportLagHours: maxReportLagHours(run.services),
    };
    const found = [
      ...[...environmentFindings(view, now), ...(run.limits ?? [])].map((each) => ({ ...each, subject: PLATFORM })),
      ...run.broken.map((service) => ({ ...brokenRegistration(), subject: service })),
      ...run.services
        .filter(({ service }) => !run.broken.includes(service))
        .flatMap((each) =>
          this.#findingsOf(each, run, use, now).map((finding) => ({ ...finding, subject: each.service })),
        ),
    ];
    return found.filter(({ condition }) => !this.scope.untold?.has(condition));
  }

  #findingsOf(observation: ServiceObservation, run: SeenRun, use: UseReading, now: Date): readonly Finding[] {
    const { service } = observation;
    const policy = policyOf(observation);
    const fresh = freshUse(use);
    const findings = [
      ...serviceFindings(observation, now, { allowPersonalKeys: this.scope.allowPersonalKeys ?? false }),
      ...failedFindings(run.failed.get(service)),
      ...performedFindings(
        run.performed.filter((each) => each.service === service),
        waitsForFirstKey(observation),
      ),
      // A run that replaces a dead key at once leaves nothing of it to be seen.
      ...run.before
        .filter((each) => each.service === service)
        .flatMap((each) => serviceFindings(each, now))
        .filter(({ condition }) => condition === 'key-disabled-outside'),
      ...(fresh && observation.registration ? useFindings(fresh.of(service), policy, this.#timeZone) : []),
    ];
    const byCondition = new Map(findings.map((finding) => [finding.condition, finding]));
    return [...byCondition.values()].filter(({ condition }) => policy.untoldConditions?.[condition] === undefined);
  }

  #unknowns(
    { issuer, services, broken, limits }: SeenRun,
    use: UseReading,
    adminKnown: boolean,
  ): Pick<Comparison, 'isUnknown' | 'now'> {
    const unknown = new Set<Condition>([
      ...conditionsUnknownTo(issuer),
      ...(freshUse(use) ? [] : USE_CONDITIONS),
      ...(adminKnown ? [] : (['admin-key-old'] as const)),
      ...(limits ? [] : LIMIT_CONDITIONS),
    ]);
    const now = this.ports.clock.now();
    const awaiting = new Set(services.filter((each) => awaitsRotation(each, now)).map(({ service }) => service));
    const isUnknown: Comparison['isUnknown'] = ({ condition, subject }) =>
      unknown.has(condition) ||
      (broken.includes(subject) && condition !== 'broken-registration') ||
      (condition === 'rotation-failed' && awaiting.has(subject));
    return { now, isUnknown };
  }

  #log({ issuer, before, services }: SeenRun, rows: readonly ServiceFigures[], found: readonly FoundCondition[]): void {
    const { journal, clock } = this.ports;
    for (const row of rows) {
      const conditions = found.filter(({ subject }) => subject === row.service).map(({ condition }) => condition);
      const count = (severity: Severity): number => conditions.filter((each) => CONDITIONS[each] === severity).length;
      const counts = { critical: count('critical'), warning: count('warning') };
      // Never empty: the log leaves out what is, and a query for the latest would then show an older one.
      journal.note('service', { ...row, ...counts, conditions: conditions.join(' ') || 'none' });
    }
    for (const { id, name } of unknownKeys(issuer, [...before, ...services], clock.now()))
      journal.note('unknown-key', { keyId: id, name });
  }

  /** @returns how many services are in each condition that is, or has just ceased to be, of interest. */
  async #tell(run: SeenRun, comparison: Omit<Comparison, 'open'>): Promise<ReadonlyMap<Condition, number>> {
    const { monitoring, messages, journal } = this.ports;
    if (!monitoring) return countOf([], comparison.found, false);
    const owners = new Map(run.services.map(({ service, registration }) => [service, registration?.owner]));
    const teller = new Teller({ ...monitoring, messages, journal }, this.scope.environment, (service) =>
      owners.get(service),
    );
    const open = await teller.recall();
    if (!open) return countOf([], comparison.found, true);
    const told = await teller.tell({ ...comparison, open });
    return countOf(open, standing({ ...comparison, open }), !told);
  }

  /** A condition in which nothing is has no datapoint, and costs nothing; one that was just left has a zero. */
  #counts(counts: ReadonlyMap<Condition, number>): readonly Figure[] {
    return [...counts].map(([condition, count]) =>
      this.#figure(METRICS.inCondition, count, { [DIMENSIONS.condition]: condition }),
    );
  }

  /** Only what is known: a figure that is unknown leaves a gap. */
  #serviceMetrics({ service, currentDays, requestsRatio }: ServiceFigures): readonly Figure[] {
    const dimensions = { [DIMENSIONS.service]: service };
    return [
      ...(typeof currentDays === 'number' ? [this.#figure(METRICS.keyAgeDays, currentDays, dimensions)] : []),
      ...(typeof requestsRatio === 'number' ? [this.#figure(METRICS.requestsRatio, requestsRatio, dimensions)] : []),
    ];
  }

  #figure(name: string, value: number, dimensions: Readonly<Record<string, string>> = {}): Figure {
    return { name, value, dimensions: { [DIMENSIONS.environment]: this.scope.environment, ...dimensions } };
  }

  async #adminKeySince(): Promise<{ readonly known: boolean; readonly since?: Date | undefined }> {
    const { monitoring, journal } = this.ports;
    try {
      return { known: true, since: await monitoring?.adminKeySince?.() };
    } catch (error) {
      journal.note('admin-key-age-unknown', { error: messageOf(error) });
      return { known: false };
    }
  }

  get #timeZone(): string {
    return this.scope.timeZone ?? 'UTC';
  }
}

/** Use as far as it could be read: undefined where nobody asked; not fresh when it says nothing of the present. */
type UseReading = { readonly fleet: FleetUse; readonly fresh: boolean } | 'failed' | undefined;

const freshUse = (use: UseReading): FleetUse | undefined =>
  typeof use === 'object' && use.fresh ? use.fleet : undefined;

/**
 * Some conditions are events, which no state shows: the run's own actions do. Secrets Manager tries to rotate a service
 * on its day also before that has a first key, which nobody need hear of.
 */
function performedFindings(performed: readonly PerformedAction[], waitsForKey: boolean): readonly Finding[] {
  return performed.flatMap(({ action }): readonly Finding[] => {
    if (action.kind === 'give-up-rotation' && !waitsForKey)
      return [{ condition: 'rotation-abandoned', figure: 'a rotation was given up', limit: 'done within 4 hours' }];
    if (action.kind === 'note-disabled') return [disabledOutside(action.key.keyId)];
    if (action.kind === 'remove-spare' && action.because === 'dead') return [disabledOutside(action.keyId)];
    return [];
  });
}

const failedFindings = (error: string | undefined): readonly Finding[] =>
  error === undefined ? [] : [{ condition: 'service-failing', figure: error, limit: 'done in every run' }];

function countOf(
  open: readonly OpenCondition[],
  holding: readonly Pick<OpenCondition, 'condition'>[],
  failing: boolean,
): ReadonlyMap<Condition, number> {
  const counts = new Map<Condition, number>(open.map(({ condition }) => [condition, 0]));
  for (const { condition } of holding) counts.set(condition, (counts.get(condition) ?? 0) + 1);
  return failing ? counts.set('messages-failing', 1) : counts;
}

/** The strictest of the policies. */
const maxReportLagHours = (services: readonly ServiceObservation[]): number =>
  Math.min(DEFAULT_POLICY.maxReportLagHours, ...services.map((each) => policyOf(each).maxReportLagHours));
