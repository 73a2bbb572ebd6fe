import { AwsAccount } from '../../../sandbox/aws/account';
import type { AwsInput, AwsOutput, AwsService, Caller } from '../../../sandbox/aws/service';
import { VirtualClock } from '../../../sandbox/clock';
import { Random } from '../../../sandbox/random';

/** An account without services, at a round hour. */
export const bareAccount = (start = '2026-01-05T08:00:00Z'): AwsAccount =>
  new AwsAccount('111122223333', 'eu-central-1', new VirtualClock(new Date(start)), new Random(1));

/** A service that takes every call and remembers it, for looking at what another one asks of it. */
export class RecordingService implements AwsService {
  readonly calls: { readonly operation: string; readonly input: AwsInput; readonly caller: Caller }[] = [];

  constructor(
    readonly name: string,
    private readonly answer: (operation: string, input: AwsInput) => AwsOutput = () => ({}),
  ) {}

  async call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    this.calls.push({ operation, input, caller });
    return this.answer(operation, input);
  }
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
