import type { ServicePolicy } from '../../../lib/contract/registration';

/** How a call to the outside goes wrong. `stale` strikes at the next read: it shows what was before the last write. */
export const FAULTS = [
  'dies-before',
  'dies-after',
  'fails',
  'throttled',
  'denied',
  'answer-lost',
  'stale',
  'hangs',
] as const;
export type FaultKind = (typeof FAULTS)[number];

/**
 * How the issuer reports use. `late`: up to nine hours ago; `silent`: without a refresh time, as the older report is where the
 * analytics endpoint is missing; `empty`: silent, and without a row; `failing`: a page is missing; `padded`: with use that was not,
 * which is wrong in the safe sense. A report that hides use at or before its refresh time is not drawn: no rule could hold against it.
 */
export const REPORTS = ['fresh', 'late', 'silent', 'empty', 'failing', 'padded'] as const;
export type ReportKind = (typeof REPORTS)[number];

export const STATUSES = ['active', 'inactive', 'archived'] as const;

/** Services, keys, versions and tokens are named by a number, taken modulo how many there are when the step is performed. */
type Index = number;

/** What makes calls to the outside, one after the other: a run of a function, or of an operator's command. */
export type RunStep =
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'reconcile-one'; readonly service: Index }
  /** RotateSecret, by the schedule or a person, with the rotation's first attempt. */
  | { readonly kind: 'rotate'; readonly service: Index }
  /** Secrets Manager runs the unfinished rotation again from its first step. */
  | { readonly kind: 'retry'; readonly service: Index }
  /** A step that was delivered before arrives again: of the newest token (0), the one before it (1), and so on. */
  | { readonly kind: 'redeliver'; readonly service: Index; readonly token: Index; readonly step: Index }
  | { readonly kind: 'undo'; readonly service: Index }
  /** An operator says that a key of the service has leaked: one of those that its secret has held. */
  | { readonly kind: 'revoke'; readonly service: Index; readonly key: Index }
  /** A person makes a key in the Console and stages it; one that expires does so in so many days, 0 for never. */
  | { readonly kind: 'stage'; readonly service: Index; readonly expiresInDays: number }
  /** A person tries to stage a key that exists already. */
  | { readonly kind: 'stage-existing'; readonly service: Index; readonly key: Index };

/** What happens at one instant. */
export type HandStep =
  | { readonly kind: 'move-current'; readonly service: Index; readonly version: Index }
  | { readonly kind: 'put-value'; readonly service: Index; readonly value: 'foreign' | 'placeholder' }
  | { readonly kind: 'drop-pending'; readonly service: Index }
  | { readonly kind: 'cancel-rotation'; readonly service: Index }
  | { readonly kind: 'resume-rotation'; readonly service: Index }
  | { readonly kind: 'delete-secret'; readonly service: Index }
  | { readonly kind: 'restore-secret'; readonly service: Index }
  | { readonly kind: 'delete-spare'; readonly service: Index; readonly spare: Index }
  | { readonly kind: 'set-status'; readonly key: Index; readonly status: (typeof STATUSES)[number] }
  | { readonly kind: 'rename'; readonly key: Index }
  | { readonly kind: 'leak'; readonly key: Index }
  /** A key that nobody stages. */
  | { readonly kind: 'make-key' }
  /** Where people look after the keys: they do what they were asked to. */
  | { readonly kind: 'do-as-asked' };

/** What changes how the world goes on. */
export type WorldStep =
  | { readonly kind: 'unregister'; readonly service: Index }
  | { readonly kind: 'register'; readonly service: Index }
  | { readonly kind: 'policy'; readonly service: Index; readonly change: Partial<ServicePolicy> }
  | { readonly kind: 'report'; readonly how: ReportKind; readonly hours: number }
  /** A consumer of the service goes on using the key it has, whatever the cache time. */
  | { readonly kind: 'overstay'; readonly service: Index }
  | { readonly kind: 'let-go'; readonly service: Index }
  | { readonly kind: 'traffic'; readonly service: Index; readonly on: boolean };

/** One thing that happens. */
export type Step =
  | RunStep
  | HandStep
  | WorldStep
  /** Time passes, with what is due in it, and the reconciler runs so often, evenly spread, the last time at its end. */
  | { readonly kind: 'pass'; readonly minutes: number; readonly runs: number }
  /** The call to the outside with this number from now on goes wrong. */
  | { readonly kind: 'fault'; readonly fault: FaultKind; readonly nth: number }
  /**
   * When a run comes to its call `at`, something else begins; if that is a run, they go on by turns: 0 lets the other one
   * come to its end first, any other number draws who is next.
   */
  | {
      readonly kind: 'meanwhile';
      readonly run: RunStep;
      readonly at: number;
      readonly other: RunStep | HandStep;
      readonly turns: number;
    };

/** What stays as it is for a whole schedule. */
export interface Setting {
  readonly services: number;
  readonly access: 'ours' | 'manual';
  readonly policy: Partial<ServicePolicy>;
  /** How far the functions' clock is ahead of everybody else's. */
  readonly skewSeconds: number;
  /**
   * How far the issuer's clock is ahead of AWS's, behind where negative; on the ports alone.
   * @default 0
   */
  readonly issuerAheadMinutes?: number;
  /** No figure is ever taken, not even when everything else is healthy. */
  readonly figuresFail: boolean;
}

export interface Schedule {
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

/** Everything a step can be, for counting. */
export const STEP_KINDS = [
  'reconcile',
  'reconcile-one',
  'rotate',
  'retry',
  'redeliver',
  'undo',
  'revoke',
  'stage',
  'stage-existing',
  'move-current',
  'put-value',
  'drop-pending',
  'cancel-rotation',
  'resume-rotation',
  'delete-secret',
  'restore-secret',
  'delete-spare',
  'set-status',
  'rename',
  'leak',
  'make-key',
  'do-as-asked',
  'unregister',
  'register',
  'policy',
  'report',
  'overstay',
  'let-go',
  'traffic',
  'pass',
  'fault',
  'meanwhile',
] as const satisfies readonly Step['kind'][];

const RUNS: ReadonlySet<Step['kind']> = new Set([
  'reconcile',
  'reconcile-one',
  'rotate',
  'retry',
  'redeliver',
  'undo',
  'revoke',
  'stage',
  'stage-existing',
]);

/** Whether a step has our code run, which a fault can then strike. */
export const isRun = (step: Step): step is RunStep => RUNS.has(step.kind);
