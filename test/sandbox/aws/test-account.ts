import { AwsAccount } from '../../../sandbox/aws/account';
import { Credentials, type IssuedCredentials } from '../../../sandbox/aws/credentials';
import { createAwsHandler } from '../../../sandbox/aws/http';
import type { Caller } from '../../../sandbox/aws/service';
import { VirtualClock } from '../../../sandbox/clock';
import { Random } from '../../../sandbox/random';
import { type ServedHandler, serve } from './serve';

export const START = new Date('2026-09-24T06:11:00Z');
export const REGION = 'eu-central-1';
export const ACCOUNT_ID = '111122223333';

/** What an SDK client needs to reach a test account. It never retries, so that each test sees each answer. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: IssuedCredentials;
  readonly maxAttempts: 1;
}

/** An empty account behind a loopback server. */
export interface TestAccount {
  readonly account: AwsAccount;
  readonly clock: VirtualClock;
  readonly credentials: Credentials;
  readonly url: string;
  readonly caller: Caller;
  settings(caller?: Caller): ClientSettings;
  close(): Promise<void>;
}

export async function createTestAccount(seed = 1): Promise<TestAccount> {
  const clock = new VirtualClock(START);
  const random = new Random(seed);
  const account = new AwsAccount(ACCOUNT_ID, REGION, clock, random);
  const credentials = new Credentials(random);
  const served: ServedHandler = await serve(createAwsHandler(account, (id) => credentials.callerOf(id)));
  const caller = account.administrator;
  const settings = (as: Caller = caller): ClientSettings => ({
    region: REGION,
    endpoint: served.url,
    credentials: credentials.issue(as),
    maxAttempts: 1,
  });
  return { account, clock, credentials, url: served.url, caller, settings, close: served.close };
}

/** The role session that a test calls as when it matters who calls. */
export const roleSession = (role: string): Caller => ({
  principal: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/session`,
  accountId: ACCOUNT_ID,
});
