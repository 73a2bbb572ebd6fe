import type { Schedule } from './schedule';

/** A schedule that once broke an invariant, made as short as it got, and kept: a seed means another schedule once the drawing has changed. */
export interface Kept {
  /** The seed it was drawn from at the time. */
  readonly seed: number;
  /** What it showed. */
  readonly showed: string;
  readonly schedule: Schedule;
}

/** Played for ever. */
export const KEPT: readonly Kept[] = [
  {
    seed: 13625,
    showed:
      'a key that was made current by hand while its retirement began kept the mark, and lost its overlap when it was replaced before the next run',
    schedule: {
      setting: {
        services: 1,
        access: 'ours',
        policy: {
          overlapHours: 12,
          quietHours: 6,
          undoWindowDays: 2,
          maxAgeDays: 9,
          rotateEveryDays: 90,
          spareMaxAgeDays: 60,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'rotate', service: 0 },
        {
          kind: 'meanwhile',
          run: { kind: 'reconcile' },
          at: 7,
          other: { kind: 'move-current', service: 0, version: 0 },
          turns: 0,
        },
        { kind: 'pass', minutes: 4320, runs: 0 },
        { kind: 'unregister', service: 0 },
        {
          kind: 'meanwhile',
          run: { kind: 'rotate', service: 0 },
          at: 1,
          other: { kind: 'put-value', service: 0, value: 'foreign' },
          turns: 0,
        },
        { kind: 'pass', minutes: 1560, runs: 0 },
      ],
    },
  },
  {
    seed: 8,
    showed:
      'a rotation was unfinished while rotation was off: turning it on failed in every run, and nothing gave the rotation up',
    schedule: {
      setting: {
        services: 1,
        access: 'ours',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'meanwhile', run: { kind: 'rotate', service: 0 }, at: 1, other: { kind: 'reconcile' }, turns: 0 },
        { kind: 'cancel-rotation', service: 0 },
      ],
    },
  },
  {
    seed: 35,
    showed: 'where people look after the keys, a removed service lost its key while it was in use',
    schedule: {
      setting: {
        services: 1,
        access: 'manual',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'unregister', service: 0 },
      ],
    },
  },
  {
    seed: 1516,
    showed:
      'a key that was made current again by hand kept its old retirement clock, and lost its overlap when it was rotated away',
    schedule: {
      setting: {
        services: 1,
        access: 'ours',
        policy: {
          overlapHours: 12,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'meanwhile', run: { kind: 'reconcile' }, at: 1, other: { kind: 'rotate', service: 0 }, turns: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'pass', minutes: 240, runs: 0 },
        { kind: 'move-current', service: 0, version: 0 },
        {
          kind: 'meanwhile',
          run: { kind: 'rotate', service: 0 },
          at: 1,
          other: { kind: 'stage', service: 0, expiresInDays: 0 },
          turns: 2,
        },
      ],
    },
  },
  {
    seed: 100,
    showed: 'an undo that was cut off after it had made a key current left the marks of its retirement behind',
    schedule: {
      setting: {
        services: 1,
        access: 'ours',
        policy: {
          overlapHours: 12,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'rotate', service: 0 },
        { kind: 'pass', minutes: 240, runs: 2 },
        { kind: 'undo', service: 0 },
        {
          kind: 'meanwhile',
          run: { kind: 'reconcile' },
          at: 1,
          other: { kind: 'move-current', service: 0, version: 0 },
          turns: 0,
        },
      ],
    },
  },
  {
    seed: 1737,
    showed: 'a spare of a removed service, archived in the Console, made every run fail',
    schedule: {
      setting: {
        services: 2,
        access: 'ours',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'unregister', service: 0 },
        {
          kind: 'meanwhile',
          run: { kind: 'retry', service: 0 },
          at: 1,
          other: { kind: 'stage', service: 0, expiresInDays: 0 },
          turns: 0,
        },
        {
          kind: 'meanwhile',
          run: { kind: 'rotate', service: 1 },
          at: 1,
          other: { kind: 'stage', service: 0, expiresInDays: 0 },
          turns: 0,
        },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        {
          kind: 'meanwhile',
          run: { kind: 'reconcile' },
          at: 1,
          other: { kind: 'set-status', key: 6, status: 'archived' },
          turns: 0,
        },
      ],
    },
  },
  {
    seed: 1,
    showed: 'two runs at once left a mark of retirement on a version that no longer held a key',
    schedule: {
      setting: {
        services: 1,
        access: 'ours',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'meanwhile', run: { kind: 'reconcile' }, at: 1, other: { kind: 'leak', key: 0 }, turns: 0 },
        {
          kind: 'meanwhile',
          run: { kind: 'reconcile' },
          at: 1,
          other: { kind: 'stage', service: 0, expiresInDays: 0 },
          turns: 0,
        },
        { kind: 'pass', minutes: 60, runs: 1 },
        {
          kind: 'meanwhile',
          run: { kind: 'undo', service: 0 },
          at: 1,
          other: { kind: 'cancel-rotation', service: 0 },
          turns: 0,
        },
        { kind: 'meanwhile', run: { kind: 'reconcile' }, at: 1, other: { kind: 'rotate', service: 0 }, turns: 1 },
        { kind: 'set-status', key: 1, status: 'archived' },
        { kind: 'pass', minutes: 1, runs: 1 },
        { kind: 'fault', fault: 'stale', nth: 4 },
        { kind: 'pass', minutes: 4320, runs: 1 },
      ],
    },
  },
  {
    seed: 422,
    showed: 'an undo had enabled a key when a run that had looked before archived it',
    schedule: {
      setting: {
        services: 2,
        access: 'ours',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'rotate', service: 0 },
        { kind: 'reconcile' },
        { kind: 'pass', minutes: 4320, runs: 0 },
        { kind: 'reconcile' },
        { kind: 'pass', minutes: 4320, runs: 0 },
        {
          kind: 'meanwhile',
          run: { kind: 'redeliver', service: 0, token: 0, step: 0 },
          at: 1,
          other: { kind: 'rotate', service: 1 },
          turns: 0,
        },
        { kind: 'pass', minutes: 540, runs: 0 },
        { kind: 'meanwhile', run: { kind: 'reconcile' }, at: 7, other: { kind: 'undo', service: 0 }, turns: 1 },
      ],
    },
  },
  {
    seed: 1820,
    showed: 'a run that was shown an older state wrote a second retirement mark, of which only one was taken off again',
    schedule: {
      setting: {
        services: 1,
        access: 'ours',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'rotate', service: 0 },
        { kind: 'reconcile' },
        { kind: 'fault', fault: 'stale', nth: 4 },
        { kind: 'pass', minutes: 1560, runs: 1 },
        {
          kind: 'meanwhile',
          run: { kind: 'retry', service: 0 },
          at: 1,
          other: { kind: 'move-current', service: 0, version: 0 },
          turns: 0,
        },
        { kind: 'reconcile' },
        { kind: 'move-current', service: 0, version: 0 },
      ],
    },
  },
  {
    seed: 1001171,
    showed:
      'where no usable report ever comes, a removed service keeps the mark of a rotation on its key, which is harmless: the judge was wrong',
    schedule: {
      setting: {
        services: 2,
        access: 'ours',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
        issuerAheadMinutes: 120,
      },
      steps: [
        {
          kind: 'meanwhile',
          run: { kind: 'stage', service: 0, expiresInDays: 0 },
          at: 1,
          other: { kind: 'stage', service: 0, expiresInDays: 0 },
          turns: 0,
        },
        {
          kind: 'meanwhile',
          run: { kind: 'rotate', service: 1 },
          at: 1,
          other: { kind: 'set-status', key: 0, status: 'active' },
          turns: 0,
        },
        { kind: 'pass', minutes: 1, runs: 0 },
        { kind: 'fault', fault: 'dies-before', nth: 24 },
        { kind: 'pass', minutes: 1, runs: 2 },
        { kind: 'rotate', service: 0 },
        { kind: 'unregister', service: 0 },
      ],
    },
  },
  {
    seed: 1010003,
    showed:
      'where people look after the keys, one that they enabled again after it was let go of is seen by nobody: the judge was wrong',
    schedule: {
      setting: {
        services: 1,
        access: 'manual',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
        issuerAheadMinutes: 0,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'rotate', service: 0 },
        { kind: 'reconcile' },
        { kind: 'pass', minutes: 4320, runs: 0 },
        { kind: 'reconcile' },
        { kind: 'pass', minutes: 4320, runs: 0 },
        { kind: 'do-as-asked' },
        {
          kind: 'meanwhile',
          run: { kind: 'stage', service: 0, expiresInDays: 0 },
          at: 1,
          other: { kind: 'stage', service: 0, expiresInDays: 0 },
          turns: 0,
        },
        {
          kind: 'meanwhile',
          run: { kind: 'reconcile' },
          at: 1,
          other: { kind: 'set-status', key: 0, status: 'active' },
          turns: 0,
        },
        { kind: 'pass', minutes: 1560, runs: 0 },
        { kind: 'pass', minutes: 1560, runs: 0 },
      ],
    },
  },
  {
    seed: 1022270,
    showed:
      'a list of spares that was behind had a run take a key that had served for a spare: it let go of it and disabled it',
    schedule: {
      setting: {
        services: 1,
        access: 'ours',
        policy: {
          overlapHours: 1,
          quietHours: 6,
          undoWindowDays: 1,
          maxAgeDays: 9,
          rotateEveryDays: 8,
          spareMaxAgeDays: 3,
          atRetirementDeadline: 'keep',
        },
        skewSeconds: 0,
        figuresFail: false,
        issuerAheadMinutes: 0,
      },
      steps: [
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'stage', service: 0, expiresInDays: 0 },
        { kind: 'rotate', service: 0 },
        { kind: 'fault', fault: 'stale', nth: 7 },
        { kind: 'put-value', service: 0, value: 'foreign' },
        {
          kind: 'meanwhile',
          run: { kind: 'reconcile' },
          at: 1,
          other: { kind: 'move-current', service: 0, version: 0 },
          turns: 0,
        },
      ],
    },
  },
];
