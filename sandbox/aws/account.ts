import type { VirtualClock } from '../clock';
import { UnmodelledError } from '../errors';
import type { Random } from '../random';
import { Consistency, type ConsistencyOptions } from './consistency';
import type {
  Authorizer,
  AwsCall,
  AwsInput,
  AwsOutput,
  AwsService,
  Caller,
  CallObserver,
  CallOutcome,
} from './service';

/** One simulated AWS account in one region. Every call, from a function, the CLI or another service, goes through `call`. */
export class AwsAccount {
  /** How far reads may be behind writes. */
  readonly consistency: Consistency;
  readonly #services = new Map<string, AwsService>();
  readonly #observers: CallObserver[] = [];
  #authorizer: Authorizer | undefined;

  constructor(
    readonly id: string,
    readonly region: string,
    readonly clock: VirtualClock,
    readonly random: Random,
    consistency?: ConsistencyOptions,
  ) {
    this.consistency = new Consistency(clock, random.seed, consistency);
  }

  add(service: AwsService): void {
    this.#services.set(service.name, service);
  }

  observe(observer: CallObserver): () => void {
    this.#observers.push(observer);
    return () => void this.#observers.splice(this.#observers.indexOf(observer), 1);
  }

  /** Has every call from now on authorised. An account that nobody says this to allows all. */
  authorizeWith(authorizer: Authorizer): void {
    this.#authorizer = authorizer;
  }

  /** The account's own administrator: the deployment, and whoever holds the sandbox's default credentials. */
  get administrator(): Caller {
    return { principal: `arn:aws:iam::${this.id}:root`, accountId: this.id };
  }

  /** Asks a service on behalf of a checker: unseen by observers, allowed everything, and answered with what is. */
  inspect(service: string, operation: string, input: AwsInput): Promise<AwsOutput> {
    return this.#service(service, operation).call(operation, input, { ...this.administrator, exact: true });
  }

  async call(service: string, operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    const target = this.#service(service, operation);
    const call: AwsCall = { service, operation, input, caller };
    for (const observer of this.#observers) await observer.before?.(call);
    let outcome: CallOutcome = {};
    try {
      await this.#authorizer?.authorize(call);
      const output = await target.call(operation, input, caller);
      outcome = { output };
      return output;
    } catch (error) {
      outcome = { error };
      throw error;
    } finally {
      for (const observer of this.#observers) await observer.after?.(call, outcome);
    }
  }

  #service(name: string, operation: string): AwsService {
    const service = this.#services.get(name);
    if (!service) throw new UnmodelledError(`AWS service "${name}" (operation ${operation})`);
    return service;
  }
}
