import { DeleteParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { serviceSparesPath, spareOfParameterName, spareParameterName, sparesPath } from '../contract/names';
import type { SpareRecord } from '../contract/spare';
import type { Answer } from '../core/answer';
import { ApiKey } from '../core/api-key';
import type { Spare, SpareShelf, SpareSummary } from '../core/ports';
import { answerOf } from './answers';
import { callAwsUnless } from './errors';
import { listParameters, readParameter } from './parameters';
import { recordOf } from './records';

/** The spares of one environment, as SecureString parameters under the platform's KMS key. */
export class AwsSpareShelf implements SpareShelf {
  /** @param keyArn - the platform's KMS key; needed only to add spares */
  constructor(
    private readonly client: SSMClient,
    private readonly environment: string,
    private readonly keyArn?: string,
  ) {}

  async list(service?: string): Promise<readonly SpareSummary[]> {
    const path = service ? serviceSparesPath(this.environment, service) : sparesPath(this.environment);
    const parameters = await listParameters(this.client, path);
    return [...parameters]
      .flatMap(([name, parameter]) => {
        const spare = spareOfParameterName(this.environment, name);
        return spare ? [{ ...spare, stagedAt: parameter.date('LastModifiedDate') }] : [];
      })
      .sort((one, other) => one.stagedAt.getTime() - other.stagedAt.getTime() || one.keyId.localeCompare(other.keyId));
  }

  async read(service: string, keyId: string): Promise<Spare | undefined> {
    const name = spareParameterName(this.environment, service, keyId);
    const text = await readParameter(this.client, name, true);
    return text === undefined ? undefined : spareOf(recordOf(text, `the parameter ${name}`), service, keyId);
  }

  async add(spare: Spare): Promise<boolean> {
    const record: SpareRecord = {
      apiKey: spare.key.reveal(),
      keyId: spare.keyId,
      keyName: spare.keyName,
      createdAt: spare.createdAt.toISOString(),
      expiresAt: spare.expiresAt?.toISOString() ?? null,
      stagedAt: spare.stagedAt.toISOString(),
    };
    const added = await callAwsUnless(['ParameterAlreadyExists'], 'ssm:PutParameter', (limits) =>
      this.client.send(
        new PutParameterCommand({
          Name: spareParameterName(this.environment, spare.service, spare.keyId),
          Type: 'SecureString',
          Value: JSON.stringify(record),
          Overwrite: false,
          ...(this.keyArn ? { KeyId: this.keyArn } : {}),
        }),
        limits,
      ),
    );
    if (added === undefined) return false;
    answerOf('the new parameter of a spare', added).count('Version');
    return true;
  }

  async remove(service: string, keyId: string): Promise<void> {
    const name = spareParameterName(this.environment, service, keyId);
    await callAwsUnless(['ParameterNotFound'], 'ssm:DeleteParameter', (limits) =>
      this.client.send(new DeleteParameterCommand({ Name: name }), limits),
    );
  }
}

/** @throws KeyRotationError BadRecord */
function spareOf(record: Answer, service: string, keyId: string): Spare {
  record.mustBe('keyId', keyId);
  return {
    service,
    keyId,
    key: new ApiKey(record.text('apiKey')),
    keyName: record.text('keyName'),
    createdAt: record.instant('createdAt'),
    stagedAt: record.instant('stagedAt'),
    ...(record.has('expiresAt') ? { expiresAt: record.instant('expiresAt') } : {}),
  };
}
