import { randomBytes } from 'node:crypto';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AwsSecrets } from '../../lib/aws/secrets';
import { AwsSpareShelf } from '../../lib/aws/spares';
import { AWS_CURRENT, AWS_PENDING, keyLabel, retiringLabel } from '../../lib/contract/labels';
import {
  adminSecretName,
  platformParameterName,
  registrationParameterName,
  secretName,
} from '../../lib/contract/names';
import type { PlatformSettings } from '../../lib/contract/platform-settings';
import { DEFAULT_POLICY } from '../../lib/contract/registration';
import { ApiKey } from '../../lib/core/api-key';
import type { AwsAccount } from '../../sandbox/aws/account';
import { CloudWatch } from '../../sandbox/aws/cloudwatch/cloudwatch';
import { createAwsHandler } from '../../sandbox/aws/http';
import { Kms } from '../../sandbox/aws/kms';
import { SecretsManager } from '../../sandbox/aws/secrets-manager/secrets-manager';
import { Sns } from '../../sandbox/aws/sns';
import { Ssm } from '../../sandbox/aws/ssm';
import { RequestHandlerFrom } from '../../sandbox/functions/in-process-http';
import type { HttpHandler } from '../../sandbox/http';
import { bareAccount, RecordingService } from '../sandbox/aws/bare-account';

export const ENVIRONMENT = 'prod';
export const RAG = 'rag-service';
export const CHAT = 'chat-service';
export const VERSIONS = ['0', '1', '2'].map((digit) => `${digit.repeat(8)}-1111-4111-8111-111111111111`) as [
  string,
  string,
  string,
];
/** More than one page of them. */
const SPARES = 12;

/** The same adapter for the same outside: making one costs more than most calls. */
export function onceFor<Adapter>(make: (outside: HttpHandler) => Adapter): (outside: HttpHandler) => Adapter {
  const made = new WeakMap<HttpHandler, Adapter>();
  return (outside) => {
    const adapter = made.get(outside) ?? make(outside);
    made.set(outside, adapter);
    return adapter;
  };
}

/** The SDK's clients in front of a handler. They try once, unless told otherwise, so that each test sees each answer. */
export function clientsOf(outside: HttpHandler, options: { readonly maxAttempts?: number } = {}) {
  const config = {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
    requestHandler: new RequestHandlerFrom(outside),
    maxAttempts: 1,
    ...options,
  };
  return {
    secretsManager: () => new SecretsManagerClient(config),
    ssm: () => new SSMClient(config),
    lambda: () => new LambdaClient(config),
    sns: () => new SNSClient(config),
    cloudWatch: () => new CloudWatchClient(config),
  };
}

/** A text that could be a key, made at run time. */
export const newKeyText = (): string => randomBytes(81).toString('base64url');

/** An account with one service in the middle of a rotation, a few spares, and everything else that adapters read. */
export class AwsUnderTest {
  readonly account: AwsAccount = bareAccount();
  readonly keys = [newKeyText(), newKeyText(), newKeyText(), newKeyText()] as const;
  readonly handler: HttpHandler = createAwsHandler(this.account, () => this.account.administrator);
  readonly environment = ENVIRONMENT;
  topicArn = '';
  /** The secret in the middle of a rotation. */
  arn = '';
  /** Secrets at rest, one for every test that changes one. */
  readonly restingArns: string[] = [];

  static async create(): Promise<AwsUnderTest> {
    const aws = new AwsUnderTest();
    const { account } = aws;
    for (const service of [new SecretsManager({ account }), new Kms(account), new Ssm(account), new Sns(account)])
      account.add(service);
    account.add(new CloudWatch(account));
    account.add(new RecordingService('lambda'));
    await aws.#createSecret();
    await aws.#createParameters();
    aws.topicArn = String((await aws.call('sns', 'CreateTopic', { Name: 'topic' })).TopicArn);
    return aws;
  }

  /** Part of every text that must stay secret. */
  secretTexts(): readonly string[] {
    return this.keys.map((key) => key.slice(10, 40));
  }

  call(service: string, operation: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    return this.account.call(service, operation, input, this.account.administrator);
  }

  async #createSecret(): Promise<void> {
    const [old, current, pending, admin] = this.keys;
    const Name = secretName(ENVIRONMENT, RAG);
    const input = {
      Name,
      SecretString: old,
      ClientRequestToken: VERSIONS[0],
      Tags: [{ Key: 'owner', Value: 'search' }],
    };
    this.arn = String((await this.call('secretsmanager', 'CreateSecret', input)).ARN);
    await this.call('secretsmanager', 'CreateSecret', {
      Name: adminSecretName(ENVIRONMENT),
      SecretString: admin,
      ClientRequestToken: VERSIONS[0],
    });
    const secrets = new AwsSecrets(clientsOf(this.handler).secretsManager(), ENVIRONMENT);
    await secrets.putPending(this.arn, VERSIONS[1], new ApiKey(current), [AWS_CURRENT, keyLabel('apikey_01b')]);
    await secrets.moveLabel(this.arn, keyLabel('apikey_01a'), { to: VERSIONS[0] });
    await secrets.moveLabel(this.arn, retiringLabel(new Date('2026-01-05T08:00:00Z')), { to: VERSIONS[0] });
    await this.#configureRotation(this.arn);
    for (const service of [CHAT, 'mail-service', 'code-service'])
      this.restingArns.push(await this.#createResting(service));
    await secrets.putPending(this.arn, VERSIONS[2], new ApiKey(pending), [AWS_PENDING, keyLabel('apikey_01c')]);
  }

  async #createResting(service: string): Promise<string> {
    const Name = secretName(ENVIRONMENT, service);
    const SecretString = this.keys[1];
    const input = { Name, SecretString, ClientRequestToken: VERSIONS[1] };
    const { ARN } = await this.call('secretsmanager', 'CreateSecret', input);
    await this.#configureRotation(String(ARN));
    return String(ARN);
  }

  async #configureRotation(SecretId: string): Promise<void> {
    await this.call('secretsmanager', 'RotateSecret', {
      SecretId,
      RotationLambdaARN: 'arn:aws:lambda:eu-central-1:111122223333:function:claude-keys-prod-rotate',
      RotationRules: { ScheduleExpression: 'rate(83 days)' },
      RotateImmediately: false,
      ClientRequestToken: '33333333-1111-4111-8111-111111111111',
    });
    await this.account.clock.advanceBy(3_600_000);
  }

  async #createParameters(): Promise<void> {
    await this.call('kms', 'CreateKey', {});
    const put = (Name: string, value: object) =>
      this.call('ssm', 'PutParameter', { Name, Value: JSON.stringify(value), Type: 'String' });
    for (const service of [RAG, CHAT]) {
      const registration = { service, owner: 'search', issuer: 'claude-console', policy: DEFAULT_POLICY };
      await put(registrationParameterName(ENVIRONMENT, service), registration);
    }
    await put(platformParameterName(ENVIRONMENT, 'settings'), SETTINGS);
    const shelf = new AwsSpareShelf(clientsOf(this.handler).ssm(), ENVIRONMENT);
    for (let number = 1; number <= SPARES; number++) {
      const keyId = `apikey_spare${number}`;
      const time = this.account.clock.now();
      const names = { service: RAG, keyId, keyName: `prod-rag-service-${number}` };
      await shelf.add({ ...names, key: new ApiKey(this.keys[2]), createdAt: time, stagedAt: time, expiresAt: time });
    }
  }
}

const SETTINGS: PlatformSettings = {
  environment: ENVIRONMENT,
  organizationId: '11111111-2222-4333-8444-555555555555',
  workspaceId: 'wrkspc_01',
  issuerAccess: 'adminKey',
  allowPersonalKeys: false,
  reconcileFunctionName: 'claude-keys-prod-reconcile',
  keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/1',
  timeZone: 'Europe/Berlin',
};
