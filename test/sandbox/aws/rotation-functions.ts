import type { AwsAccount } from '../../../sandbox/aws/account';
import type { AwsInput, AwsOutput, AwsService, Caller } from '../../../sandbox/aws/service';

/** One call of a rotation function. */
export interface RotationCall {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken: string;
}

export type RotationFunction = (call: RotationCall) => unknown;

/** A `lambda` service with a single function, which a test can exchange at any time. */
export class RotationFunctions implements AwsService {
  readonly name = 'lambda';
  readonly calls: RotationCall[] = [];
  readonly callers: Caller[] = [];
  run: RotationFunction = () => undefined;

  async call(_operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    const call: RotationCall = JSON.parse(String(input.Payload));
    this.calls.push(call);
    this.callers.push(caller);
    try {
      await this.run(call);
      return { StatusCode: 200, Payload: 'null' };
    } catch (error) {
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload: JSON.stringify({ errorMessage: String(error) }) };
    }
  }

  get steps(): string[] {
    return this.calls.map((call) => call.Step);
  }
}

/** A function that rotates as AWS's own template does: fill the pending version, then move AWSCURRENT to it. */
export function templateRotation(account: AwsAccount, caller: Caller, value: () => string): RotationFunction {
  const ask = (operation: string, input: AwsInput): Promise<AwsOutput> =>
    account.call('secretsmanager', operation, input, caller);
  return async ({ Step, SecretId, ClientRequestToken }) => {
    if (Step === 'createSecret') {
      await ask('PutSecretValue', {
        SecretId,
        ClientRequestToken,
        SecretString: value(),
        VersionStages: ['AWSPENDING'],
      });
    }
    if (Step === 'finishSecret') {
      const { VersionId } = await ask('GetSecretValue', { SecretId });
      const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: ClientRequestToken, RemoveFromVersionId: VersionId };
      await ask('UpdateSecretVersionStage', { SecretId, ...move });
    }
  };
}
