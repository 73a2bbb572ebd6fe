import type { AwsAccount } from './account';
import type { Fields } from './fields';
import { type Masking, maskingOf } from './log-masking';
import { type Operations, perform } from './operations';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from './service';

export interface LogLine {
  readonly at: Date;
  readonly stream: string;
  /** As whoever reads the log sees it. */
  readonly text: string;
  /** As it was written, which data protection keeps for those who may unmask it. */
  readonly unmasked: string;
}

/** A log group with every line ever written to it: retention is stored, and nothing expires. */
export interface LogGroup {
  readonly name: string;
  readonly kmsKeyId?: string;
  retentionInDays?: number;
  dataProtectionPolicy?: string;
  masking?: Masking;
  readonly lines: LogLine[];
}

/** CloudWatch Logs: groups that templates declare, and the lines that functions write. */
export class Logs implements AwsService {
  readonly name = 'logs';
  readonly #groups = new Map<string, LogGroup>();
  readonly #operations: Operations = {
    CreateLogGroup: {
      fields: ['logGroupName', 'kmsKeyId'],
      withoutEffect: ['logGroupClass'],
      run: (input) => this.#create(input),
    },
    DeleteLogGroup: {
      fields: ['logGroupName'],
      run: (input) => {
        this.#groups.delete(this.#find(input, 'logGroupName').name);
        return {};
      },
    },
    PutRetentionPolicy: {
      fields: ['logGroupName', 'retentionInDays'],
      run: (input) => {
        this.#find(input, 'logGroupName').retentionInDays = input.number('retentionInDays');
        return {};
      },
    },
    PutDataProtectionPolicy: {
      fields: ['logGroupIdentifier', 'policyDocument'],
      run: (input) => {
        const policy = input.string('policyDocument');
        const group = this.#find(input, 'logGroupIdentifier');
        group.masking = maskingOf(policy);
        group.dataProtectionPolicy = policy;
        return {};
      },
    },
  };

  constructor(private readonly account: AwsAccount) {}

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  groups(): readonly LogGroup[] {
    return [...this.#groups.values()];
  }

  group(name: string): LogGroup | undefined {
    return this.#groups.get(name);
  }

  /** Writes lines as a function does, masked by the policy of this moment. Like Lambda, makes the group when there is none. */
  append(groupName: string, stream: string, texts: readonly string[]): void {
    const group = this.#groups.get(groupName) ?? this.#add({ name: groupName, lines: [] });
    const at = this.account.clock.now();
    const { masking = (text) => text } = group;
    group.lines.push(...texts.map((unmasked) => ({ at, stream, text: masking(unmasked), unmasked })));
  }

  async #create(input: Fields): Promise<AwsOutput> {
    const name = input.string('logGroupName');
    if (this.#groups.has(name))
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    const kmsKeyId = input.optionalString('kmsKeyId');
    if (kmsKeyId !== undefined) await this.#checkKey(kmsKeyId, name);
    this.#add({ name, lines: [], ...(kmsKeyId === undefined ? {} : { kmsKeyId }) });
    return {};
  }

  /** Logs encrypts as itself: the key's own policy has to let it. */
  async #checkKey(KeyId: string, groupName: string): Promise<void> {
    const { id, region } = this.account;
    const arn = `arn:aws:logs:${region}:${id}:log-group:${groupName}`;
    const principal = `logs.${region}.amazonaws.com`;
    const input = { KeyId, EncryptionContext: { 'aws:logs:arn': arn } };
    try {
      await this.account.call('kms', 'GenerateDataKey', input, { principal, accountId: id, via: principal });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const message = `The specified KMS key does not exist or is not allowed to be used with Arn '${arn}'`;
      throw new AwsError('InvalidParameterException', message);
    }
  }

  #add(group: LogGroup): LogGroup {
    this.#groups.set(group.name, group);
    return group;
  }

  #find(input: Fields, field: string): LogGroup {
    const group = this.#groups.get(input.string(field));
    if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return group;
  }
}
