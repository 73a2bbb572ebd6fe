import { type AwsCall, AwsError, type CallObserver } from './aws/service';

/** One planned fault of an AWS API. */
export interface AwsFault {
  /** Endpoint prefix: `secretsmanager`. Absent: any service. */
  readonly service?: string;
  /** API operation: `PutSecretValue`. Absent: any. */
  readonly operation?: string;
  /** Part of the caller's ARN, such as a function's name. Absent: anybody. */
  readonly caller?: string;
  /** How many matching calls pass unharmed first. */
  readonly skip: number;
  /** How many matching calls fail. */
  readonly times: number;
  /** `before`: the call has no effect. `after`: it takes effect, and its answer is lost. */
  readonly side: 'before' | 'after';
  /** What the caller gets; `hangs`: no answer ever comes, and the caller waits for as long as it wants to. */
  readonly error: { readonly code: string; readonly message: string; readonly status: number } | 'hangs';
}

interface Planned {
  readonly fault: AwsFault;
  seen: number;
  left: number;
}

/** Faults of the AWS side, used up in the order in which they were planned. */
export class AwsFaults implements CallObserver {
  #planned: Planned[] = [];

  plan(fault: AwsFault): void {
    this.#planned.push({ fault, seen: 0, left: fault.times });
  }

  clear(): void {
    this.#planned = [];
  }

  /** Faults that have not been used up. */
  pending(): readonly (AwsFault & { readonly left: number })[] {
    return this.#planned.map(({ fault, left }) => ({ ...fault, left }));
  }

  before(call: AwsCall): Promise<never> | undefined {
    return this.#strike(call, 'before');
  }

  after(call: AwsCall): Promise<never> | undefined {
    return this.#strike(call, 'after');
  }

  #strike(call: AwsCall, side: AwsFault['side']): Promise<never> | undefined {
    for (const planned of this.#planned.filter(({ fault }) => fault.side === side && hits(fault, call))) {
      planned.seen += 1;
      if (planned.seen <= planned.fault.skip) continue;
      planned.left -= 1;
      if (planned.left <= 0) this.#planned = this.#planned.filter((each) => each !== planned);
      const { error } = planned.fault;
      if (error === 'hangs') return new Promise(() => {});
      throw new AwsError(error.code, error.message, error.status);
    }
    return undefined;
  }
}

function hits(fault: AwsFault, { service, operation, caller }: AwsCall): boolean {
  return (
    (fault.service === undefined || fault.service === service) &&
    (fault.operation === undefined || fault.operation === operation) &&
    (fault.caller === undefined || caller.principal.includes(fault.caller))
  );
}
