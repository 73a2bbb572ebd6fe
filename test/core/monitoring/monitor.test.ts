import { AWS_CURRENT, keyLabel } from '../../../lib/contract/labels';
import { KeyRotationError } from '../../../lib/core/errors';
import type { IssuerView, ServiceObservation } from '../../../lib/core/keys/observation';
import {
  Monitor,
  type MonitoringPorts,
  type MonitorScope,
  type PerformedAction,
} from '../../../lib/core/monitoring/monitor';
import type { Figure, KeyUse, Reported, UseReports } from '../../../lib/core/ports';
import {
  days,
  hours,
  issuerKey,
  NOON,
  noonPlus,
  observationWith,
  registrationWith,
  secretWith,
} from '../../support/observations';
import { Told } from './told';

const OUR_KEYS: IssuerView = { access: 'ours', keys: new Map([['k1', issuerKey('k1')]]) };
const spare = { service: 'rag', keyId: 'k2', stagedAt: noonPlus(-days(1)) };
const healthy = (changes: Partial<ServiceObservation> = {}) => observationWith({ spares: [spare], ...changes });
const held = { versionId: 'v0', keyId: 'k0', marks: { current: false, pending: false, previous: true } };

/** A report in which one key was used at some hours; complete up to `refreshedAt`. */
class Report implements UseReports {
  entries: KeyUse[] = [];
  refreshedAt = NOON;
  failing = false;
  usd = 0;
  asked = 0;

  byHour(from: Date, to: Date): Promise<Reported<KeyUse>> {
    this.asked += 1;
    if (this.failing) return Promise.reject(new KeyRotationError('IssuerFailed', 'status 529, overloaded'));
    const entries = this.entries.filter((use) => use.from >= from && use.from < to);
    return Promise.resolve({ refreshedAt: this.refreshedAt, entries });
  }

  inTotal(from: Date, to: Date): Promise<Reported<KeyUse>> {
    return this.byHour(from, to);
  }

  async cost() {
    return { refreshedAt: this.refreshedAt, entries: [{ keyId: 'k1', usd: this.usd }] };
  }

  use(requests: number, from: Date): void {
    this.entries.push({ keyId: 'k1', from, requests, inputTokens: 1, outputTokens: 1 });
  }
}

let told: Told;
let report: Report;
let published: readonly Figure[];
let notes: (readonly [string, Readonly<Record<string, unknown>>])[];
let now: Date;
beforeEach(() => {
  told = new Told();
  report = new Report();
  published = [];
  notes = [];
  now = NOON;
});

/** @param monitoring beyond the report and what tells people; `unasked` without the report, `none` without either */
const monitorWith = (
  scope: Partial<MonitorScope> = {},
  monitoring: Partial<MonitoringPorts> | 'unasked' | 'none' = {},
) =>
  new Monitor(
    {
      figures: {
        publish: async (figures) => {
          published = figures;
        },
      },
      messages: told,
      clock: { now: () => now },
      journal: { note: (event, fields = {}) => void notes.push([event, fields]) },
      ...(monitoring === 'none'
        ? {}
        : { monitoring: { memory: told, ...(monitoring === 'unasked' ? {} : { use: report, ...monitoring }) } }),
    },
    { environment: 'prod', ...scope },
  );
interface Seen {
  readonly issuer?: IssuerView;
  readonly before?: readonly ServiceObservation[];
  readonly services?: readonly ServiceObservation[];
  readonly performed?: readonly PerformedAction[];
}
const run = ({ issuer = OUR_KEYS, services = [healthy()], before = services, performed = [] }: Seen = {}) => ({
  issuer,
  before,
  services,
  performed,
  failed: new Map<string, string>(),
  broken: [],
});
const noted = (event: string) => notes.filter(([each]) => each === event).map(([, fields]) => fields);
/** Counts by condition. */
const counts = () =>
  Object.fromEntries(
    published
      .filter(({ name }) => name === 'InCondition')
      .map(({ value, dimensions }) => [dimensions.Condition, value]),
  );
const dead: Seen = {
  services: [healthy({ issuer: { access: 'ours', keys: new Map([['k1', issuerKey('k1', 'inactive')]]) } })],
};
const young = secretWith({ v1: [AWS_CURRENT, keyLabel('k1')] });

describe('a report of a run', () => {
  it('publishes a heartbeat, and no count where nothing is wrong', async () => {
    await monitorWith().report(run());
    expect(published).toEqual([{ name: 'ReconcilerHeartbeat', value: 1, dimensions: { Environment: 'prod' } }]);
    expect(told.messages).toEqual([]);
  });

  it('logs a line per service, with its figures and its conditions', async () => {
    await monitorWith().report(run({ services: [healthy(), observationWith({ service: 'web' })] }));
    expect(noted('service')).toMatchObject([
      { service: 'rag', owner: 'team-rag', currentDays: 1, spares: 1, conditions: 'none' },
      { service: 'web', spares: 0, conditions: 'no-spare' },
    ]);
  });

  it('separates the conditions of a line by spaces', async () => {
    await monitorWith().report(run(dead));
    expect(noted('service')[0]).toMatchObject({ conditions: 'current-key-dead key-disabled-outside' });
  });

  it('says in a line how many conditions there are of each severity, for lists to be sorted by', async () => {
    const issuer = { access: 'ours', keys: new Map([['k1', issuerKey('k1', 'inactive')]]) } as const;
    await monitorWith().report(run({ services: [observationWith({ issuer })] }));
    expect(noted('service')[0]).toMatchObject({ critical: 1, warning: 2 });
    await monitorWith().report(run());
    expect(noted('service')[1]).toMatchObject({ critical: 0, warning: 0 });
  });

  it('counts services in each condition, and tells people', async () => {
    await monitorWith().report(run(dead));
    expect(counts()).toEqual({ 'current-key-dead': 1, 'key-disabled-outside': 1 });
    expect(told.subjects).toEqual([
      'CRITICAL current-key-dead: rag (prod)',
      'WARNING key-disabled-outside: rag (prod)',
    ]);
    expect(told.messages[0]?.text).toContain('Owner: team-rag');
  });

  it('counts two services in one condition', async () => {
    const services = ['rag', 'web'].map((service) => healthy({ service, spares: [] }));
    await monitorWith().report(run({ services }));
    expect(counts()).toEqual({ 'no-spare': 2 });
  });

  it('counts zero once where a condition was just left', async () => {
    await monitorWith().report(run({ services: [healthy({ spares: [] })] }));
    now = noonPlus(hours(7));
    report.refreshedAt = now;
    const monitor = monitorWith();
    await monitor.report(run());
    expect(counts()).toEqual({ 'no-spare': 0 });
    await monitor.report(run());
    expect(counts()).toEqual({});
  });

  it('counts and logs, and tells nobody, where nothing is there to tell by', async () => {
    await monitorWith({}, 'none').report(run(dead));
    expect(counts()).toEqual({ 'current-key-dead': 1, 'key-disabled-outside': 1 });
    expect(told.messages).toEqual([]);
    expect(noted('service')[0]).toMatchObject({ requests: 'unknown' });
  });

  it.each([
    ['what was told cannot be read', 'list'],
    ['a message fails', 'send'],
  ] as const)('says so when %s, and publishes the counts all the same', async (_what, failing) => {
    told.failing = failing;
    await monitorWith().report(run(dead));
    expect(counts()).toEqual({ 'current-key-dead': 1, 'key-disabled-outside': 1, 'messages-failing': 1 });
    expect(noted('message-failed').length).toBeGreaterThan(0);
  });

  it('fails when the counts cannot be published, after people were told', async () => {
    const monitor = new Monitor(
      {
        figures: { publish: () => Promise.reject(new KeyRotationError('AwsFailed', 'throttled')) },
        messages: told,
        clock: { now: () => now },
        journal: { note: () => undefined },
        monitoring: { memory: told },
      },
      { environment: 'prod' },
    );
    await expect(monitor.report(run(dead))).rejects.toMatchObject({ code: 'AwsFailed' });
    expect(told.messages).toHaveLength(2);
  });

  it('publishes figures per service only where the environment asks for them', async () => {
    for (let week = 0; week <= 4; week++) report.use(200, noonPlus(-hours(1) - days(7 * week)));
    await monitorWith({ serviceMetrics: true }).report(run());
    const dimensions = { Environment: 'prod', Service: 'rag' };
    expect(published.slice(0, 2)).toEqual([
      { name: 'KeyAgeDays', value: 1, dimensions },
      { name: 'RequestsRatio', value: 1, dimensions },
    ]);
    await monitorWith().report(run());
    expect(published.map(({ name }) => name)).toEqual(['ReconcilerHeartbeat']);
  });

  it('leaves a gap where a figure per service is unknown', async () => {
    const services = [healthy({ secret: secretWith({ v1: [AWS_CURRENT] }) })];
    await monitorWith({ serviceMetrics: true }).report(run({ issuer: { ...OUR_KEYS, keys: new Map() }, services }));
    expect(published.map(({ name }) => name)).toEqual(['ReconcilerHeartbeat']);
  });
});

describe('a registration that cannot be understood', () => {
  it('is told of its service, and nothing else is', async () => {
    const seen = run({ services: [healthy(), healthy({ service: 'web', spares: [] })] });
    await monitorWith().report({ ...seen, broken: ['web'] });
    expect(counts()).toEqual({ 'broken-registration': 1 });
    expect(told.messages[0]?.text).toContain(
      'Figure: its parameter does not hold a registration\nLimit: as its stack writes it',
    );
  });

  it('leaves open what was told of its service before, and is over once it can be understood', async () => {
    await monitorWith().report(run(dead));
    await monitorWith().report({ ...run(), broken: ['rag'] });
    expect(counts()).toMatchObject({ 'current-key-dead': 1, 'broken-registration': 1 });
    told.messages.length = 0;
    await monitorWith().report(run());
    expect(told.subjects).toContain('OVER broken-registration: rag (prod)');
  });
});

describe('keys of nobody', () => {
  const issuer = {
    access: 'ours',
    keys: new Map([...['k1', 'k9'].map((id) => [id, issuerKey(id)] as const)]),
  } as const;

  it('are logged and told of the environment itself', async () => {
    await monitorWith().report(run({ issuer }));
    expect(noted('unknown-key')).toEqual([{ keyId: 'k9', name: 'prod-rag-k9' }]);
    expect(counts()).toEqual({ 'unknown-key': 1 });
    expect(told.subjects).toEqual([]);
    now = noonPlus(hours(0.25));
    await monitorWith().report(run({ issuer }));
    expect(told.subjects).toEqual(['WARNING unknown-key: prod']);
    expect(told.messages[0]?.text).not.toContain('Service:');
  });

  it('are none of which the run itself let go', async () => {
    const before = [healthy({ spares: [spare, { ...spare, keyId: 'k9' }] })];
    await monitorWith().report(run({ issuer, before }));
    expect(noted('unknown-key')).toEqual([]);
    expect(counts()).toEqual({});
  });
});

describe('what only the run itself shows', () => {
  it.each<[string, PerformedAction['action'], object]>([
    ['a rotation that was given up', { kind: 'give-up-rotation', versionId: 'v2' }, { 'rotation-abandoned': 1 }],
    ['an old key that somebody switched off', { kind: 'note-disabled', key: held }, { 'key-disabled-outside': 1 }],
    ['a dead spare', { kind: 'remove-spare', keyId: 'k3', because: 'dead' }, { 'key-disabled-outside': 1 }],
    ['nothing of a spare that served', { kind: 'remove-spare', keyId: 'k3', because: 'served' }, {}],
    ['nothing of a key that it archived', { kind: 'archive-key', key: held }, {}],
  ])('is told: %s', async (_what, action, expected) => {
    await monitorWith().report(run({ performed: [{ service: 'rag', action }] }));
    expect(counts()).toEqual(expected);
  });

  it('is told of the service that it concerns alone', async () => {
    const services = ['rag', 'web'].map((service) => healthy({ service }));
    const action = { kind: 'remove-spare', keyId: 'k3', because: 'dead' } as const;
    await monitorWith().report(run({ services, performed: [{ service: 'web', action }] }));
    expect(told.subjects).toEqual(['WARNING key-disabled-outside: web (prod)']);
    expect(told.messages[0]?.text).toContain('Figure: key k3 was switched off');
  });

  it('gives the figure and the limit of a rotation that was given up', async () => {
    const action = { kind: 'give-up-rotation', versionId: 'v2' } as const;
    await monitorWith().report(run({ performed: [{ service: 'rag', action }] }));
    expect(told.messages[0]?.text).toContain('Figure: a rotation was given up\nLimit: done within 4 hours');
  });

  it('is told of a dead key that the run replaced at once', async () => {
    await monitorWith().report(run({ before: dead.services ?? [], services: [healthy()] }));
    expect(counts()).toEqual({ 'key-disabled-outside': 1 });
  });

  it("is not told of another service's dead key", async () => {
    const [before] = dead.services ?? [];
    const services = [healthy({ service: 'web' })];
    await monitorWith().report(run({ before: before ? [before] : [], services }));
    expect(counts()).toEqual({});
  });
});

describe('use', () => {
  const unusual = () => {
    for (let week = 1; week <= 4; week++) report.use(200, noonPlus(-hours(1) - days(7 * week)));
    report.use(3000, noonPlus(-hours(1)));
  };

  it('beyond what is usual is told', async () => {
    unusual();
    await monitorWith().report(run());
    expect(counts()).toEqual({ 'requests-above-baseline': 1, 'requests-far-above-baseline': 1 });
    expect(noted('service')[0]).toMatchObject({ requests: 3000, usualRequests: 200, requestsRatio: 15 });
  });

  it('of a service that was removed is told to nobody', async () => {
    unusual();
    const { registration, ...removed } = healthy();
    expect(registration).toBeDefined();
    await monitorWith().report(run({ services: [removed] }));
    expect(counts()).toEqual({});
  });

  it('is read in the time zone of the environment', async () => {
    report.use(1, noonPlus(-hours(1)));
    // In New York clocks went forward on the eighth of March: the same hour was one later before.
    for (let week = 1; week <= 4; week++) report.use(50, noonPlus(hours(1) - days(7 * week)));
    await monitorWith({ timeZone: 'America/New_York' }).report(run());
    await monitorWith().report(run());
    expect(noted('service').map(({ usualRequests }) => usualRequests)).toEqual([50, 0]);
  });

  it('at an unusual hour is told by the clock of the environment', async () => {
    now = new Date('2026-03-10T05:10:00.000Z');
    report.refreshedAt = now;
    for (let week = 1; week <= 4; week++) report.use(50, new Date(now.getTime() - days(7 * week) - hours(9)));
    report.use(7, new Date('2026-03-10T04:00:00.000Z'));
    await monitorWith().report(run());
    expect(counts()).toEqual({ 'use-at-unusual-hours': 1 });
    told = new Told();
    await monitorWith({ timeZone: 'Asia/Tokyo' }).report(run());
    expect(counts()).toEqual({});
  });

  it.each([
    ['cannot be read', { failing: true }, 'it cannot be read'],
    [
      'is more than six hours behind',
      { refreshedAt: noonPlus(-hours(6) - 1) },
      `complete up to ${noonPlus(-hours(6) - 1).toISOString()}`,
    ],
  ])('is unknown while the report %s, which is told after an hour', async (_how, broken, figure) => {
    unusual();
    Object.assign(report, broken);
    const monitor = monitorWith();
    await monitor.report(run());
    expect(noted('service')[0]).toMatchObject({ requests: 'unknown', costTodayUsd: 'unknown' });
    expect(counts()).toEqual({ 'usage-report-old': 1 });
    now = noonPlus(hours(1));
    await monitor.report(run());
    expect(told.subjects).toEqual(['WARNING usage-report-old: prod']);
    expect(told.messages[0]?.text).toContain(figure);
  });

  it('says why the report cannot be read', async () => {
    report.failing = true;
    await monitorWith().report(run());
    expect(noted('usage-unknown')).toEqual([{ error: 'status 529, overloaded' }]);
  });

  it('is known while the report is no more behind than the strictest policy allows', async () => {
    report.refreshedAt = noonPlus(-hours(3));
    const registration = registrationWith({ maxReportLagHours: 3 });
    await monitorWith().report(run({ services: [healthy({ registration })] }));
    expect(noted('service')[0]).toMatchObject({ requests: 0 });
    report.refreshedAt = noonPlus(-hours(3) - 1);
    await monitorWith().report(run({ services: [healthy({ registration }), healthy({ service: 'web' })] }));
    expect(noted('service')[1]).toMatchObject({ requests: 'unknown' });
  });

  it('stays told while it cannot be known', async () => {
    unusual();
    const monitor = monitorWith();
    await monitor.report(run());
    report.failing = true;
    now = noonPlus(hours(3));
    await monitor.report(run());
    expect(counts()).toEqual({
      'requests-above-baseline': 1,
      'requests-far-above-baseline': 1,
      'usage-report-old': 1,
    });
    expect(told.subjects.filter((subject) => subject.startsWith('OVER'))).toEqual([]);
  });

  it('is not known while the report shows none where there was much in every week before', async () => {
    for (let week = 1; week <= 4; week++) report.use(100, noonPlus(-hours(2) - days(7 * week)));
    await monitorWith().report(run());
    expect(noted('service')[0]).toMatchObject({ requests: 'unknown', costTodayUsd: 'unknown' });
    expect(counts()).toEqual({ 'usage-report-old': 1 });
  });

  it('is not known, nor asked for, of a workspace that does not have our keys', async () => {
    await monitorWith().report(run({ issuer: { access: 'ours', listFailure: 'not-ours' } }));
    expect(report.asked).toBe(0);
    expect(noted('service')[0]).toMatchObject({ requests: 'unknown' });
    expect(counts()).toEqual({ 'admin-access-failing': 1, 'usage-report-old': 1 });
  });

  it('is asked of nobody before the admin key is there', async () => {
    report.failing = true;
    await monitorWith().report(run({ issuer: { access: 'ours', listFailure: 'not-set-up' }, services: [] }));
    expect(notes).toEqual([]);
    expect(counts()).toEqual({});
  });

  it('is asked of nobody where nobody may ask', async () => {
    await monitorWith({}, 'unasked').report(run());
    expect(counts()).toEqual({});
    expect(noted('service')[0]).toMatchObject({ requests: 'unknown' });
  });

  it('is given for a review, and tells nobody', async () => {
    report.use(30, noonPlus(-hours(1)));
    report.usd = 2.5;
    const figures = await monitorWith().figures([healthy({ spares: [] })], OUR_KEYS);
    expect(figures).toMatchObject([{ service: 'rag', requests: 30, costTodayUsd: 2.5, currentDays: 1, spares: 0 }]);
    expect(told.steps).toEqual([]);
    expect(published).toEqual([]);
  });

  it('counts keys that were archived by the name they were given', async () => {
    const keys = new Map([
      ['k1', issuerKey('k1')],
      ['k7', issuerKey('k7', 'archived', { name: 'prod-rag-2026-01-05' })],
      ['k8', issuerKey('k8', 'archived', { name: 'dev-rag-2026-01-05' })],
    ]);
    const issuer = { access: 'ours', keys } as const;
    for (const keyId of ['k7', 'k8'])
      report.entries.push({ keyId, from: noonPlus(-hours(1)), requests: 5, inputTokens: 0, outputTokens: 0 });
    const [figures] = await monitorWith().figures([healthy({ issuer })], issuer);
    expect(figures?.requests).toBe(5);
  });
});

describe('a service that the run failed on', () => {
  it('is told with the error, once it has failed for an hour', async () => {
    const failing = { ...run(), failed: new Map([['rag', 'AWS could not do secretsmanager:RotateSecret']]) };
    const monitor = monitorWith();
    await monitor.report(failing);
    expect(counts()).toEqual({ 'service-failing': 1 });
    expect(told.subjects).toEqual([]);
    now = noonPlus(hours(1));
    await monitor.report(failing);
    expect(told.subjects).toEqual(['WARNING service-failing: rag (prod)']);
    expect(told.messages[0]?.text).toContain(
      'Figure: AWS could not do secretsmanager:RotateSecret\nLimit: done in every run',
    );
  });
});

describe('the admin key', () => {
  it('is told of when it is ninety days old, or as old as the environment says', async () => {
    const adminKeySince = async () => noonPlus(-days(90));
    await monitorWith({}, { adminKeySince }).report(run());
    expect(counts()).toEqual({ 'admin-key-old': 1 });
    told = new Told();
    await monitorWith({ adminKeyMaxAgeDays: 91 }, { adminKeySince }).report(run());
    expect(counts()).toEqual({});
  });

  it('is told of before it expires', async () => {
    await monitorWith({ adminKeyExpiresOn: noonPlus(days(30)) }).report(run());
    expect(counts()).toEqual({ 'admin-key-expiring': 1 });
  });

  it('stays told of while its age cannot be read, which the log says', async () => {
    const old = async () => noonPlus(-days(90));
    await monitorWith({}, { adminKeySince: old }).report(run());
    const failing = () => Promise.reject(new KeyRotationError('AwsFailed', 'throttled'));
    await monitorWith({}, { adminKeySince: failing }).report(run());
    expect(counts()).toEqual({ 'admin-key-old': 1 });
    expect(noted('admin-key-age-unknown')).toEqual([{ error: 'throttled' }]);
    await monitorWith({}, { adminKeySince: async () => NOON }).report(run());
    expect(told.subjects).toEqual(['WARNING admin-key-old: prod', 'OVER admin-key-old: prod']);
  });
});

describe('what nobody wants to hear', () => {
  it('is neither counted nor told in the whole environment', async () => {
    await monitorWith({ untold: new Set(['no-spare']) }).report(run({ services: [healthy({ spares: [] })] }));
    expect(counts()).toEqual({});
  });

  it('is neither counted nor told for one service', async () => {
    const registration = registrationWith({ untoldConditions: { 'no-spare': 'moves to federation' } });
    const services = [healthy({ registration, spares: [] }), healthy({ service: 'web', spares: [] })];
    await monitorWith().report(run({ services }));
    expect(counts()).toEqual({ 'no-spare': 1 });
  });

  it('is a personal key where the environment allows it', async () => {
    const keys = new Map([['k1', issuerKey('k1', 'active', { owner: 'user' })]]);
    const seen = run({ services: [healthy({ issuer: { access: 'ours', keys }, secret: young })] });
    await monitorWith({ allowPersonalKeys: true }).report(seen);
    expect(counts()).toEqual({});
    await monitorWith().report(seen);
    expect(counts()).toEqual({ 'personal-key': 1 });
  });
});

describe('a read of a secret', () => {
  const read = { service: 'rag', principal: 'arn:aws:iam::111111111111:role/someone', breakGlass: false };

  it.each([
    [false, 'secret-read-refused', 'WARNING'],
    [true, 'break-glass-read', 'CRITICAL'],
  ])('is told as it happens, once (break-glass: %s)', async (breakGlass, condition, word) => {
    const monitor = monitorWith();
    await monitor.tellOfRead({ ...read, breakGlass });
    await monitor.tellOfRead({ ...read, breakGlass });
    expect(told.subjects).toEqual([`${word} ${condition}: rag (prod)`]);
    expect(told.messages[0]?.text).toContain(`Figure: by ${read.principal}\nLimit: none`);
    expect(noted(condition)).toEqual([
      { service: 'rag', principal: read.principal },
      { service: 'rag', principal: read.principal },
    ]);
  });

  it('ends no other condition', async () => {
    await monitorWith().report(run(dead));
    await monitorWith().tellOfRead(read);
    expect(told.subjects.filter((subject) => subject.startsWith('OVER'))).toEqual([]);
  });

  it('is logged alone where nobody is to be told', async () => {
    await monitorWith({ untold: new Set(['secret-read-refused']) }).tellOfRead(read);
    await monitorWith({}, 'none').tellOfRead(read);
    expect(noted('secret-read-refused')).toHaveLength(2);
    expect(told.messages).toEqual([]);
  });

  it.each(['list', 'send'] as const)('rejects when people could not be told: %s fails', async (failing) => {
    told.failing = failing;
    await expect(monitorWith().tellOfRead(read)).rejects.toMatchObject({
      code: 'AwsFailed',
      message: 'nobody could be told of secret-read-refused of rag',
    });
  });
});

describe('a rotation that was given up', () => {
  const dueSince = (ms: number, changes: Partial<ServiceObservation> = {}) =>
    observationWith({ secret: secretWith(undefined, { nextRotationAt: noonPlus(days(1) - ms) }), ...changes });

  beforeEach(async () => {
    const since = noonPlus(-hours(8));
    await told.put({
      condition: 'rotation-failed',
      subject: 'rag',
      since,
      toldAt: since,
      clearSince: noonPlus(-hours(3)),
    });
  });
  const isOver = () => told.subjects.includes('OVER rotation-failed: rag (prod)');

  it('stays failed while the scheduled one is due and not done', async () => {
    await monitorWith().report(run({ services: [dueSince(0)] }));
    expect(isOver()).toBe(false);
    expect(counts()).toMatchObject({ 'rotation-failed': 1 });
  });

  it.each([
    ['the scheduled one is not due yet, since it was started early by hand', dueSince(-1)],
    ['the service was removed', (({ registration: _, ...rest }) => rest)(dueSince(0))],
    [
      'rotation is off',
      dueSince(0, { secret: secretWith(undefined, { nextRotationAt: NOON, rotationEnabled: false }) }),
    ],
    ['it has no key', dueSince(0, { secret: secretWith({ v1: [AWS_CURRENT] }, { nextRotationAt: NOON }) })],
  ])('is over two hours after when %s', async (_when, service) => {
    await monitorWith().report(run({ services: [service] }));
    expect(isOver()).toBe(true);
    expect(counts()['rotation-failed']).toBe(0);
  });

  it('keeps nothing else that was told of the service', async () => {
    await told.put({ condition: 'no-spare', subject: 'rag', since: noonPlus(-hours(9)), toldAt: noonPlus(-hours(3)) });
    await monitorWith().report(run({ services: [dueSince(0, { spares: [spare] })] }));
    expect(told.subjects).toEqual(['OVER no-spare: rag (prod)']);
  });

  it('is over two hours after the scheduled one is done', async () => {
    await monitorWith().report(run());
    expect(isOver()).toBe(true);
  });
});

describe('that a rotation was given up', () => {
  const giveUp: PerformedAction = { service: 'rag', action: { kind: 'give-up-rotation', versionId: 'v2' } };

  it.each([
    ['is nothing to tell', 'waits for its first key', [], []],
    ['is told', 'has a spare and no key yet', [spare], ['WARNING rotation-abandoned: rag (prod)']],
  ])('%s of a service that %s', async (_what, _which, spares, expected) => {
    const services = [observationWith({ secret: secretWith({ v1: [AWS_CURRENT] }), spares })];
    await monitorWith().report(run({ issuer: { access: 'ours', keys: new Map() }, services, performed: [giveUp] }));
    expect(told.subjects).toEqual(expected);
  });
});
