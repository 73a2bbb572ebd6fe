import type { IssuerAccess } from '../../../lib/contract/platform-settings';
import type { ServicePolicy } from '../../../lib/contract/registration';
import type { Hands } from '../../../sandbox/simulation/hands';
import { DAY_MS, HOUR_MS } from '../../../sandbox/utc-time';

/** Waits that are over within a few days, and what the first release had as a default. */
export const WAITS: Partial<ServicePolicy> = {
  overlapHours: 12,
  quietHours: 6,
  silentHours: 6,
  undoWindowDays: 1,
  spareMaxAgeDays: 60,
};

/** A moment in the life of a service's keys at which a release may be replaced by the next. */
export interface Phase {
  readonly name: string;
  readonly access?: IssuerAccess;
  /** Leads there from the first deployment on. */
  readonly reach: (hands: Hands) => Promise<void>;
}

const active = async (hands: Hands): Promise<void> => {
  await hands.stage(2);
  await hands.rotate();
  await hands.reconcile();
};

const retiring = async (hands: Hands): Promise<void> => {
  await active(hands);
  await hands.rotate();
  await hands.reconcile();
};

const idle = async (hands: Hands): Promise<void> => {
  await retiring(hands);
  await hands.sleep(12 * HOUR_MS);
};

const disabled = async (hands: Hands): Promise<void> => {
  await idle(hands);
  await hands.reconcile();
};

const removed = async (hands: Hands): Promise<void> => {
  await active(hands);
  await hands.removeService();
  await hands.reconcile();
};

/** A rotation whose function is not reached any more, or whose calls fail, from some point on. */
const brokenOff =
  (fault: { readonly service: string; readonly operation: string; readonly skip: number }) =>
  async (hands: Hands): Promise<void> => {
    await active(hands);
    const caller = fault.service === 'lambda' ? 'secretsmanager.amazonaws.com' : 'claude-keys';
    const error = { code: 'InternalServiceError', message: 'broken off', status: 500 };
    const times = Number.MAX_SAFE_INTEGER;
    hands.sandbox.faults.plan({ ...fault, caller, times, side: 'before', error });
    await hands.rotate();
    hands.sandbox.faults.clear();
  };

const afterSteps = (skip: number) => brokenOff({ service: 'lambda', operation: 'Invoke', skip });

/** Every phase in which something is written down that the code after it has to understand. */
export const PHASES: readonly Phase[] = [
  { name: 'placeholder', reach: (hands) => hands.reconcile() },
  { name: 'spare', reach: (hands) => hands.stage(1) },
  { name: 'announced', reach: afterSteps(0) },
  { name: 'created', reach: afterSteps(1) },
  { name: 'set', reach: afterSteps(2) },
  { name: 'tested', reach: afterSteps(3) },
  {
    name: 'finished by half',
    reach: brokenOff({ service: 'secretsmanager', operation: 'UpdateSecretVersionStage', skip: 1 }),
  },
  { name: 'active', reach: active },
  { name: 'retiring', reach: retiring },
  {
    name: 'disabling',
    reach: async (hands) => {
      await idle(hands);
      const path = /\/api_keys\/./;
      hands.sandbox.claude.faults.push({ method: 'POST', path, times: 9, answer: { status: 500 } });
      await hands.reconcile();
      hands.sandbox.claude.faults.length = 0;
    },
  },
  { name: 'disabled', reach: disabled },
  {
    name: 'archived',
    reach: async (hands) => {
      await disabled(hands);
      await hands.sleep(DAY_MS);
      await hands.reconcile();
    },
  },
  {
    name: 'paused',
    reach: async (hands) => {
      await disabled(hands);
      await hands.undo();
      await hands.reconcile();
    },
  },
  { name: 'removed', reach: removed },
  {
    name: 'parked',
    reach: async (hands) => {
      await removed(hands);
      await hands.sleep(4 * DAY_MS);
      await hands.reconcile();
    },
  },
  { name: 'active, looked after by people', access: 'manual', reach: active },
  {
    name: 'asked of a person',
    access: 'manual',
    reach: async (hands) => {
      await idle(hands);
      await hands.reconcile();
    },
  },
];
