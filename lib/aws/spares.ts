import { DeleteParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { serviceSparesPath, spareOfParameterName, spareParameterName, sparesPath } from '../contract/names';
import type { SpareRecord } from '../contract/spare';
import { ApiKey } from '../core/api-key';
import type { Spare, SpareShelf, SpareSummary } from '../core/ports';
import { callAwsUnless } from './errors';
import { listParameters, readParameter } from './parameters';
import { hasStrings, parseRecord } from './records';

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
    return parameters
      .flatMap(({ Name, LastModifiedDate }) => {
        const spare = Name && spareOfParameterName(this.environment, Name);
        return spare && LastModifiedDate ? [{ ...spare, stagedAt: LastModifiedDate }] : [];
      })
      .sort((one, other) => one.stagedAt.getTime() - other.stagedAt.getTime() || one.keyId.localeCompare(other.keyId));
  }

  async read(service: string, keyId: string): Promise<Spare | undefined> {
    const name = spareParameterName(this.environment, service, keyId);
    const parameter = await readParameter(this.client, name, true);
    if (!parameter) return undefined;
    const record = parseRecord<SpareRecord>(parameter.Value, `the parameter ${name}`, (fields) =>
      hasStrings(fields, 'apiKey', 'keyId', 'keyName', 'createdAt', 'stagedAt'),
    );
    return {
      service,
      keyId,
      key: new ApiKey(record.apiKey),
      keyName: record.keyName,
      createdAt: new Date(record.createdAt),
      stagedAt: new Date(record.stagedAt),
      ...(record.expiresAt ? { expiresAt: new Date(record.expiresAt) } : {}),
    };
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
    const added = await callAwsUnless(['ParameterAlreadyExists'], 'ssm:PutParameter', () =>
      this.client.send(
        new PutParameterCommand({
          Name: spareParameterName(this.environment, spare.service, spare.keyId),
          Type: 'SecureString',
          Value: JSON.stringify(record),
          Overwrite: false,
          ...(this.keyArn ? { KeyId: this.keyArn } : {}),
        }),
      ),
    );
    return added !== undefined;
  }

  async remove(service: string, keyId: string): Promise<void> {
    await callAwsUnless(['ParameterNotFound'], 'ssm:DeleteParameter', () =>
      this.client.send(new DeleteParameterCommand({ Name: spareParameterName(this.environment, service, keyId) })),
    );
  }
}
