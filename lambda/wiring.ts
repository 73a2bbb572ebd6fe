import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../lib/core/ports';

/** What a function is built from: its environment in Lambda, or a simulated one. */
export interface Wiring {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** How a function waits. @default - real time passes */
  readonly wait?: (ms: number) => Promise<void>;
  /** Given to every AWS SDK client. */
  readonly aws?: AwsClientConfig;
  /** Given to the Claude client. */
  readonly claude?: { readonly baseUrl?: string; readonly fetch?: typeof fetch };
}

/** The part of an AWS SDK client's configuration that a simulated account sets. */
export interface AwsClientConfig {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly requestHandler?: NonNullable<SecretsManagerClientConfig['requestHandler']>;
}

/** The wiring of a function that runs in Lambda. The SDKs find region, credentials and endpoints by themselves. */
export const lambdaWiring = (): Wiring => ({ env: process.env, clock: { now: () => new Date() } });
