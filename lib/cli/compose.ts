import { setTimeout } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ReconcilerClient } from '../aws/reconciler-client';
import { AwsServiceRegistry } from '../aws/registry';
import { AwsSecrets } from '../aws/secrets';
import { readPlatformSettings } from '../aws/settings';
import { AwsSpareShelf } from '../aws/spares';
import { platformParameterName } from '../contract/names';
import { KeyRotationError } from '../core/errors';
import type { Clock } from '../core/ports';
import type { ConnectionOptions } from '../issuers/claude-console/connection';
import { hintOf, isConsoleKey } from '../issuers/claude-console/key-shape';
import { ClaudeConsoleVerifier } from '../issuers/claude-console/verifier';
import type { OpenPlatform, Platform } from './platform';

/** What the commands are built from. Nothing of it is needed on an operator's machine. */
export interface CliWiring {
  /** Given to every AWS SDK client. @default - region, credentials and endpoint as the SDK finds them */
  readonly aws?: Pick<SecretsManagerClientConfig, 'region' | 'credentials' | 'requestHandler'>;
  /** Given to the Claude client. @default - the Claude API, or what ANTHROPIC_BASE_URL says */
  readonly claude?: ConnectionOptions;
  /** @default - the machine's clock */
  readonly clock?: Clock;
  /** @default - real time passes */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Opens environments in the AWS account and region that the wiring leads to. */
export function composePlatform(wiring: CliWiring = {}): OpenPlatform {
  return async (environment) => {
    const ssm = new SSMClient({ ...wiring.aws });
    const region = await regionOf(ssm);
    const settings = await readPlatformSettings(ssm, environment);
    if (settings === undefined) throw unknownEnvironment(environment, region);
    const secrets = new AwsSecrets(new SecretsManagerClient({ ...wiring.aws }), environment);
    return {
      settings,
      secrets,
      rotation: secrets,
      spares: new AwsSpareShelf(ssm, environment, settings.keyArn),
      services: new AwsServiceRegistry(ssm, environment),
      reconciler: new ReconcilerClient(new LambdaClient({ ...wiring.aws }), settings.reconcileFunctionName),
      verifier: new ClaudeConsoleVerifier(wiring.claude),
      keyShape: { isKey: isConsoleKey, hintOf },
      ...timeOf(wiring),
    };
  };
}

function timeOf({
  clock = { now: () => new Date() },
  wait = (ms) => setTimeout(ms),
}: CliWiring): Pick<Platform, 'clock' | 'wait'> {
  return { clock, wait };
}

async function regionOf(client: SSMClient): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    throw new KeyRotationError(
      'NoCredentials',
      'no AWS region is set: set AWS_REGION, or AWS_PROFILE to a profile that names one. Nothing was changed',
    );
  }
}

function unknownEnvironment(environment: string, region: string): KeyRotationError {
  return new KeyRotationError(
    'UnknownEnvironment',
    `no environment "${environment}" is deployed in this account in ${region}: parameter ${platformParameterName(environment, 'settings')} does not exist. Check AWS_PROFILE and AWS_REGION, or deploy it: npx cdk deploy '${environment}/*'. Nothing was changed`,
  );
}
