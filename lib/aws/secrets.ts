import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { secretName, secretNamePrefix, serviceOfSecretName } from '../contract/names';
import type { Answer } from '../core/answer';
import { ApiKey } from '../core/api-key';
import { KeyRotationError } from '../core/errors';
import type { RotationControl, SecretDirectory, SecretState, SecretTags, SecretVersions } from '../core/ports';
import { answerOf, readListed } from './answers';
import { callAws, callAwsUnless } from './errors';
import { describedState, listedState } from './secret-state';

const NOT_FOUND = ['ResourceNotFoundException'];
const PAGE_SIZE = 100;

/** The secrets of one environment, on AWS Secrets Manager. */
export class AwsSecrets implements SecretDirectory, SecretVersions, RotationControl, SecretTags {
  constructor(
    private readonly client: SecretsManagerClient,
    private readonly environment: string,
  ) {}

  async list(): Promise<readonly SecretState[]> {
    const secrets = new Map<string, SecretState>();
    await readListed(
      'the list of secrets',
      (token) => this.#page(token),
      (page) => {
        for (const entry of page.objects('SecretList')) {
          const service = serviceOfSecretName(this.environment, entry.text('Name'));
          if (service && !entry.has('DeletedDate')) secrets.set(service, listedState(service, entry));
        }
      },
    );
    return [...secrets.values()];
  }

  async describe(service: string): Promise<SecretState | undefined> {
    const name = secretName(this.environment, service);
    const found = await callAwsUnless(NOT_FOUND, 'secretsmanager:DescribeSecret', (limits) =>
      this.client.send(new DescribeSecretCommand({ SecretId: name }), limits),
    );
    if (!found) return undefined;
    const secret = answerOf(`the secret "${name}"`, found);
    secret.mustBe('Name', name);
    return secret.has('DeletedDate') ? undefined : describedState(service, secret);
  }

  async describeByArn(arn: string): Promise<SecretState> {
    const found = await callAws('secretsmanager:DescribeSecret', (limits) =>
      this.client.send(new DescribeSecretCommand({ SecretId: arn }), limits),
    );
    const secret = answerOf('the secret of the rotation', found);
    secret.mustBe('ARN', arn);
    const service = serviceOfSecretName(this.environment, secret.text('Name'));
    if (service) return describedState(service, secret);
    throw new KeyRotationError('BadRequest', `the secret ${arn} is not a service's key of ${this.environment}`);
  }

  async read(arn: string, versionId: string, label?: string): Promise<ApiKey | undefined> {
    const found = await callAwsUnless(NOT_FOUND, 'secretsmanager:GetSecretValue', (limits) =>
      this.client.send(
        new GetSecretValueCommand({ SecretId: arn, VersionId: versionId, ...(label ? { VersionStage: label } : {}) }),
        limits,
      ),
    );
    if (!found) return undefined;
    const value = versionOf(found, arn, versionId);
    // Bytes, which somebody has put there by hand, are no key.
    return value.has('SecretBinary') ? undefined : new ApiKey(value.text('SecretString'));
  }

  async putPending(arn: string, token: string, key: ApiKey, labels: readonly string[]): Promise<void> {
    const put = await callAwsUnless(['ResourceExistsException'], 'secretsmanager:PutSecretValue', (limits) =>
      this.client.send(
        new PutSecretValueCommand({
          SecretId: arn,
          ClientRequestToken: token,
          SecretString: key.reveal(),
          VersionStages: [...labels],
        }),
        limits,
      ),
    );
    if (!put) {
      throw new KeyRotationError(
        'StateChangedMeanwhile',
        `version ${token} holds another value already; the step will be repeated`,
      );
    }
    versionOf(put, arn, token);
  }

  async moveLabel(
    arn: string,
    label: string,
    change: { readonly from?: string; readonly to?: string },
  ): Promise<boolean> {
    const moved = await callAwsUnless(
      ['InvalidParameterException'],
      'secretsmanager:UpdateSecretVersionStage',
      (limits) =>
        this.client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: arn,
            VersionStage: label,
            ...(change.from ? { RemoveFromVersionId: change.from } : {}),
            ...(change.to ? { MoveToVersionId: change.to } : {}),
          }),
          limits,
        ),
    );
    return moved !== undefined && isOf(arn, moved);
  }

  async filledAt(arn: string): Promise<ReadonlyMap<string, Date>> {
    const dates = new Map<string, Date>();
    await readListed(
      'the list of versions',
      (token) => this.#versions(arn, token),
      (page) => {
        page.mustBe('ARN', arn);
        for (const version of page.objects('Versions'))
          dates.set(version.text('VersionId'), version.date('CreatedDate'));
      },
    );
    return dates;
  }

  async start(arn: string): Promise<boolean> {
    const started = await callAwsUnless(['InvalidRequestException'], 'secretsmanager:RotateSecret', (limits) =>
      this.client.send(new RotateSecretCommand({ SecretId: arn, RotateImmediately: true }), limits),
    );
    return started !== undefined && isOf(arn, started);
  }

  async pause(arn: string): Promise<void> {
    const paused = await callAws('secretsmanager:CancelRotateSecret', (limits) =>
      this.client.send(new CancelRotateSecretCommand({ SecretId: arn }), limits),
    );
    isOf(arn, paused);
  }

  async resume(arn: string): Promise<void> {
    const resumed = await callAws('secretsmanager:RotateSecret', (limits) =>
      this.client.send(new RotateSecretCommand({ SecretId: arn, RotateImmediately: false }), limits),
    );
    isOf(arn, resumed);
  }

  async put(arn: string, tags: ReadonlyMap<string, string>): Promise<void> {
    await callAws('secretsmanager:TagResource', (limits) =>
      this.client.send(
        new TagResourceCommand({ SecretId: arn, Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }),
        limits,
      ),
    );
  }

  #page(token: string | undefined): Promise<unknown> {
    return callAws('secretsmanager:ListSecrets', (limits) =>
      this.client.send(
        new ListSecretsCommand({
          Filters: [{ Key: 'name', Values: [secretNamePrefix(this.environment)] }],
          MaxResults: PAGE_SIZE,
          ...(token ? { NextToken: token } : {}),
        }),
        limits,
      ),
    );
  }

  #versions(arn: string, token: string | undefined): Promise<unknown> {
    const NextToken = token ? { NextToken: token } : {};
    return callAws('secretsmanager:ListSecretVersionIds', (limits) =>
      this.client.send(new ListSecretVersionIdsCommand({ SecretId: arn, MaxResults: PAGE_SIZE, ...NextToken }), limits),
    );
  }
}

/** The answer about one version, provided it is the one that was asked for: an empty one is not. */
function versionOf(output: unknown, arn: string, versionId: string): Answer {
  const version = answerOf(`version ${versionId}`, output);
  version.mustBe('ARN', arn);
  version.mustBe('VersionId', versionId);
  return version;
}

/** True when an answer is about this secret. One that is about none, or another, has told nothing: it rejects. */
function isOf(arn: string, output: unknown): boolean {
  answerOf('the secret that was changed', output).mustBe('ARN', arn);
  return true;
}
