import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretListEntry,
  type SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { secretName, secretNamePrefix, serviceOfSecretName } from '../contract/names';
import { ApiKey } from '../core/api-key';
import { KeyRotationError } from '../core/errors';
import type { RotationControl, SecretDirectory, SecretState, SecretTags, SecretVersions } from '../core/ports';
import { callAws, callAwsUnless } from './errors';

const NOT_FOUND = ['ResourceNotFoundException'];
const PAGE_SIZE = 100;

/** The secrets of one environment, on AWS Secrets Manager. */
export class AwsSecrets implements SecretDirectory, SecretVersions, RotationControl, SecretTags {
  constructor(
    private readonly client: SecretsManagerClient,
    private readonly environment: string,
  ) {}

  async list(): Promise<readonly SecretState[]> {
    const secrets: SecretState[] = [];
    let token: string | undefined;
    do {
      const page = await callAws('secretsmanager:ListSecrets', () =>
        this.client.send(
          new ListSecretsCommand({
            Filters: [{ Key: 'name', Values: [secretNamePrefix(this.environment)] }],
            MaxResults: PAGE_SIZE,
            ...(token ? { NextToken: token } : {}),
          }),
        ),
      );
      for (const entry of page.SecretList ?? []) secrets.push(...this.#listed(entry));
      token = page.NextToken;
    } while (token);
    return secrets;
  }

  async describe(service: string): Promise<SecretState | undefined> {
    const found = await callAwsUnless(NOT_FOUND, 'secretsmanager:DescribeSecret', () =>
      this.client.send(new DescribeSecretCommand({ SecretId: secretName(this.environment, service) })),
    );
    return found && !found.DeletedDate ? this.#described(found) : undefined;
  }

  async describeByArn(arn: string): Promise<SecretState> {
    const found = await callAws('secretsmanager:DescribeSecret', () =>
      this.client.send(new DescribeSecretCommand({ SecretId: arn })),
    );
    const state = this.#described(found);
    if (state) return state;
    throw new KeyRotationError(
      'BadRequest',
      `the secret "${found.Name}" is not a service's key of ${this.environment}`,
    );
  }

  async read(arn: string, versionId: string, label?: string): Promise<ApiKey | undefined> {
    const value = await callAwsUnless(NOT_FOUND, 'secretsmanager:GetSecretValue', () =>
      this.client.send(
        new GetSecretValueCommand({ SecretId: arn, VersionId: versionId, ...(label ? { VersionStage: label } : {}) }),
      ),
    );
    return value?.SecretString === undefined ? undefined : new ApiKey(value.SecretString);
  }

  async putPending(arn: string, token: string, key: ApiKey, labels: readonly string[]): Promise<void> {
    const put = await callAwsUnless(['ResourceExistsException'], 'secretsmanager:PutSecretValue', () =>
      this.client.send(
        new PutSecretValueCommand({
          SecretId: arn,
          ClientRequestToken: token,
          SecretString: key.reveal(),
          VersionStages: [...labels],
        }),
      ),
    );
    if (!put) {
      throw new KeyRotationError(
        'StateChangedMeanwhile',
        `version ${token} holds another value already; the step will be repeated`,
      );
    }
  }

  async moveLabel(
    arn: string,
    label: string,
    change: { readonly from?: string; readonly to?: string },
  ): Promise<boolean> {
    const moved = await callAwsUnless(
      ['InvalidParameterException', 'InvalidRequestException'],
      'secretsmanager:UpdateSecretVersionStage',
      () =>
        this.client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: arn,
            VersionStage: label,
            ...(change.from ? { RemoveFromVersionId: change.from } : {}),
            ...(change.to ? { MoveToVersionId: change.to } : {}),
          }),
        ),
    );
    return moved !== undefined;
  }

  async filledAt(arn: string): Promise<ReadonlyMap<string, Date>> {
    const page = await callAws('secretsmanager:ListSecretVersionIds', () =>
      this.client.send(new ListSecretVersionIdsCommand({ SecretId: arn, MaxResults: PAGE_SIZE })),
    );
    const dates = (page.Versions ?? []).flatMap(({ VersionId, CreatedDate }) =>
      VersionId && CreatedDate ? [[VersionId, CreatedDate] as const] : [],
    );
    return new Map(dates);
  }

  async start(arn: string): Promise<boolean> {
    const started = await callAwsUnless(['InvalidRequestException'], 'secretsmanager:RotateSecret', () =>
      this.client.send(new RotateSecretCommand({ SecretId: arn, RotateImmediately: true })),
    );
    return started !== undefined;
  }

  async pause(arn: string): Promise<void> {
    await callAws('secretsmanager:CancelRotateSecret', () =>
      this.client.send(new CancelRotateSecretCommand({ SecretId: arn })),
    );
  }

  async resume(arn: string): Promise<void> {
    await callAws('secretsmanager:RotateSecret', () =>
      this.client.send(new RotateSecretCommand({ SecretId: arn, RotateImmediately: false })),
    );
  }

  async put(arn: string, tags: ReadonlyMap<string, string>): Promise<void> {
    await callAws('secretsmanager:TagResource', () =>
      this.client.send(
        new TagResourceCommand({ SecretId: arn, Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }),
      ),
    );
  }

  #listed(entry: SecretListEntry): readonly SecretState[] {
    if (entry.DeletedDate) return [];
    const state = this.#state(entry, entry.SecretVersionsToStages);
    return state ? [state] : [];
  }

  #described(output: DescribeSecretCommandOutput): SecretState | undefined {
    return this.#state(output, output.VersionIdsToStages);
  }

  #state(
    secret: SecretListEntry | DescribeSecretCommandOutput,
    labels: Record<string, string[]> | undefined,
  ): SecretState | undefined {
    const service = secret.Name && serviceOfSecretName(this.environment, secret.Name);
    if (!service || !secret.ARN || !secret.CreatedDate) return undefined;
    return {
      service,
      arn: secret.ARN,
      rotationEnabled: secret.RotationEnabled ?? false,
      rotationConfigured: secret.RotationLambdaARN !== undefined,
      createdAt: secret.CreatedDate,
      ...(secret.LastRotatedDate ? { lastRotatedAt: secret.LastRotatedDate } : {}),
      ...(secret.NextRotationDate ? { nextRotationAt: secret.NextRotationDate } : {}),
      labels: new Map(Object.entries(labels ?? {})),
      tags: new Map((secret.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    };
  }
}
