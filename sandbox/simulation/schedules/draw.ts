import fc from 'fast-check';
import {
  FAULTS,
  type HandStep,
  REPORTS,
  type RunStep,
  type Schedule,
  STATUSES,
  type Step,
  type WorldStep,
} from './schedule';

/** The longest list of steps that is drawn. */
const MOST_STEPS = 36;
const LEAST_STEPS = 4;

const upTo = (max: number) => fc.integer({ min: 0, max });
const service = upTo(2);
const key = upTo(9);

/** A choice by weight. */
const anyOf = <Choice>(...choices: readonly (readonly [number, fc.Arbitrary<Choice>])[]): fc.Arbitrary<Choice> =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** A step of one kind with its fields. */
const step = <Kind extends string, Fields extends object>(
  kind: Kind,
  fields: { readonly [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> } = {} as never,
): fc.Arbitrary<{ readonly kind: Kind } & Fields> =>
  fc.record({ kind: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<{ readonly kind: Kind } & Fields>;

/** Runs that something else may happen in the middle of. */
const runStep: fc.Arbitrary<RunStep> = anyOf<RunStep>(
  [8, step('reconcile')],
  [2, step('reconcile-one', { service })],
  [5, step('rotate', { service })],
  [2, step('retry', { service })],
  [3, step('redeliver', { service, token: upTo(2), step: upTo(3) })],
  [2, step('undo', { service })],
  [1, step('revoke', { service, key })],
  [6, step('stage', { service, expiresInDays: fc.constantFrom(0, 0, 0, 0, 12, 100) })],
);

const handStep: fc.Arbitrary<HandStep> = anyOf<HandStep>(
  [2, step('move-current', { service, version: upTo(5) })],
  [1, step('put-value', { service, value: fc.constantFrom('foreign' as const, 'placeholder' as const) })],
  [1, step('drop-pending', { service })],
  [1, step('cancel-rotation', { service })],
  [1, step('resume-rotation', { service })],
  [1, step('delete-secret', { service })],
  [1, step('restore-secret', { service })],
  [1, step('delete-spare', { service, spare: upTo(2) })],
  [3, step('set-status', { key, status: fc.constantFrom(...STATUSES) })],
  [1, step('rename', { key })],
  [1, step('leak', { key })],
  [1, step('make-key')],
  [1, step('do-as-asked')],
);

const policyChange = fc.constantFrom(
  { overlapHours: 2 },
  { overlapHours: 30 },
  { undoWindowDays: 3 },
  { atRetirementDeadline: 'disable' as const },
  { spareMaxAgeDays: 1 },
  { quietHours: 1 },
);

const worldStep: fc.Arbitrary<WorldStep> = anyOf<WorldStep>(
  [1, step('unregister', { service })],
  [2, step('register', { service })],
  [1, step('policy', { service, change: policyChange })],
  [3, step('report', { how: fc.constantFrom(...REPORTS), hours: upTo(9) })],
  [2, step('overstay', { service })],
  [2, step('let-go', { service })],
  [2, step('traffic', { service, on: fc.boolean() })],
);

const MINUTES = [1, 15, 60, 4 * 60, 9 * 60, 26 * 60, 3 * 24 * 60];

const runUpTo = (at: fc.Arbitrary<number>, run: fc.Arbitrary<RunStep>, other: fc.Arbitrary<RunStep | HandStep>) =>
  step('meanwhile', { run, at, other, turns: upTo(3) });

/** In the middle of a run that may be disabling a key, somebody wants that key back. */
const wantedBack = runUpTo(
  fc.integer({ min: 8, max: 13 }),
  step('reconcile'),
  anyOf<RunStep | HandStep>(
    [2, step('undo', { service: fc.constant(0) })],
    [2, step('move-current', { service: fc.constant(0), version: upTo(1) })],
    [1, step('rotate', { service: fc.constant(0) })],
  ),
);

const anyStep: fc.Arbitrary<Step> = anyOf<Step>(
  [10, step('pass', { minutes: fc.constantFrom(...MINUTES), runs: upTo(2) })],
  [12, runStep],
  [1, step('stage-existing', { service, key })],
  [5, handStep],
  [3, worldStep],
  [7, step('fault', { fault: fc.constantFrom(...FAULTS), nth: fc.integer({ min: 1, max: 24 }) })],
  [6, runUpTo(fc.integer({ min: 1, max: 20 }), runStep, anyOf<RunStep | HandStep>([3, runStep], [2, handStep]))],
  [2, wantedBack],
);

/** Waits that are long enough to keep a key's steps apart, and short enough for a schedule to see the end of them. */
const settingFields = {
  services: fc.integer({ min: 1, max: 3 }),
  access: fc.constantFrom('ours' as const, 'ours' as const, 'ours' as const, 'ours' as const, 'manual' as const),
  policy: fc.record({
    overlapHours: fc.constantFrom(1, 12, 48),
    quietHours: fc.constantFrom(6, 24),
    silentHours: fc.constantFrom(6, 24, 48),
    undoWindowDays: fc.constantFrom(1, 2),
    maxAgeDays: fc.constantFrom(9, 90),
    rotateEveryDays: fc.constantFrom(8, 90),
    spareMaxAgeDays: fc.constantFrom(3, 60),
    atRetirementDeadline: fc.constantFrom('keep' as const, 'keep' as const, 'disable' as const),
  }),
  skewSeconds: fc.constantFrom(0, 0, 60, -60),
  figuresFail: fc.constantFrom(false, false, false, true),
};
const setting = fc.record(settingFields);

/** The two clocks are seldom the same to the minute, and now and then hours apart. */
const issuerAheadMinutes = fc.constantFrom(0, 0, 0, 0, 0, 3, -3, 120, -120, -540);

/** Every schedule that is played. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  setting: fc.record({ ...settingFields, issuerAheadMinutes }),
  steps: fc.array(anyStep, { minLength: 0, maxLength: MOST_STEPS + 10, size: 'max' }),
});

const newSpare: Step = { kind: 'stage', service: 0, expiresInDays: 0 };
const replaced: readonly Step[] = [newSpare, newSpare, { kind: 'rotate', service: 0 }, { kind: 'reconcile' }];
const idle: readonly Step[] = [...replaced, { kind: 'pass', minutes: 3 * 24 * 60, runs: 0 }];
const disabled: readonly Step[] = [...idle, { kind: 'reconcile' }];

/** What has happened before anything is drawn: a key's life is long, and by chance alone few schedules would see its end. */
const beginnings: readonly (readonly Step[])[] = [
  [],
  [],
  [newSpare, newSpare],
  replaced,
  idle,
  idle,
  disabled,
  [...disabled, { kind: 'pass', minutes: 3 * 24 * 60, runs: 0 }],
  [
    newSpare,
    { kind: 'unregister', service: 0 },
    { kind: 'reconcile' },
    { kind: 'pass', minutes: 3 * 24 * 60, runs: 0 },
  ],
];

const drawn = fc.record({
  setting,
  beginning: fc.constantFrom(...beginnings),
  next: fc.option(wantedBack, { freq: 1 }),
  steps: fc.array(anyStep, { minLength: LEAST_STEPS, maxLength: MOST_STEPS, size: 'max' }),
  issuerAheadMinutes,
});

/** The schedule that a seed stands for. */
export function drawSchedule(seed: number): Schedule {
  const [draw] = fc.sample(drawn, { seed, numRuns: 1 });
  if (!draw) throw new Error(`no schedule was drawn from seed ${seed}`);
  const { setting, issuerAheadMinutes } = draw;
  const steps = [...draw.beginning, ...(draw.next ? [draw.next] : []), ...draw.steps];
  return { setting: { ...setting, issuerAheadMinutes }, steps };
}
