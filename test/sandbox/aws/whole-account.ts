import { Credentials } from '../../../sandbox/aws/credentials';
import { createAwsHandler } from '../../../sandbox/aws/http';
import type { AwsInput, AwsOutput, Caller } from '../../../sandbox/aws/service';
import { SimulatedAws } from '../../../sandbox/aws/simulated-aws';
import { VirtualClock } from '../../../sandbox/clock';
import { Random } from '../../../sandbox/random';
import { serve } from './serve';
import { ACCOUNT_ID, type ClientSettings, REGION, roleSession, START } from './test-account';

/** An account with every service, whose calls are authorised, behind a loopback server. */
export interface WholeAccount {
  readonly aws: SimulatedAws;
  readonly clock: VirtualClock;
  settings(caller?: Caller): ClientSettings;
  call(service: string, operation: string, input: AwsInput): Promise<AwsOutput>;
  /** A role with one policy that allows these actions on everything. @returns a session of it */
  role(name: string, ...actions: readonly string[]): Promise<Caller>;
  close(): Promise<void>;
}

export const allow = (statement: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Resource: '*', ...statement }] });

export async function createWholeAccount(): Promise<WholeAccount> {
  const clock = new VirtualClock(START);
  const random = new Random(1);
  const runner = { run: async () => ({ outcome: { payload: 'null' }, lines: [] }), dispose: async () => {} };
  const aws = new SimulatedAws({ accountId: ACCOUNT_ID, region: REGION, clock, random, runner, endpoints: {} });
  const credentials = new Credentials(random);
  const served = await serve(createAwsHandler(aws.account, (id) => credentials.callerOf(id)));
  const call = (service: string, operation: string, input: AwsInput): Promise<AwsOutput> =>
    aws.account.call(service, operation, input, aws.account.administrator);
  return {
    aws,
    clock,
    call,
    settings: (caller = aws.account.administrator) => ({
      region: REGION,
      endpoint: served.url,
      credentials: credentials.issue(caller),
      maxAttempts: 1,
    }),
    role: async (RoleName, ...actions) => {
      const trust = allow({ Principal: '*', Action: 'sts:AssumeRole', Resource: undefined });
      await call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: trust });
      const policy = { RoleName, PolicyName: 'Main', PolicyDocument: allow({ Action: actions }) };
      if (actions.length > 0) await call('iam', 'PutRolePolicy', policy);
      return roleSession(RoleName);
    },
    close: served.close,
  };
}
