import { UnmodelledError } from '../errors';
import { DAY_MS } from '../utc-time';
import type { AwsAccount } from './account';
import type { FieldNames, Fields } from './fields';
import { type Operation, type Operations, perform } from './operations';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from './service';
import { readTags } from './tags';

/** A customer's KMS key as a checker, or an evaluation of policies, sees it. */
export interface KmsKey {
  readonly id: string;
  readonly arn: string;
  readonly createdAt: Date;
  description: string;
  policy: string;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  rotated: boolean;
  deletionAt?: Date;
  tags: ReadonlyMap<string, string>;
}

const ALIAS_OF_AWS = /^alias\/aws\//;
const TAGS = { Tags: ['TagKey', 'TagValue'] };
/** A key has one policy, `default`; nobody is locked out of the sandbox. */
const POLICY_OPTIONS = ['PolicyName', 'BypassPolicyLockoutSafetyCheck'];

/** AWS KMS: keys, aliases and policies. It encrypts nothing; it answers whether a key may be used, which other services ask on a caller's behalf. */
export class Kms implements AwsService {
  readonly name = 'kms';
  readonly #keys = new Map<string, KmsKey>();
  readonly #aliases = new Map<string, string>();
  readonly #operations: Operations;

  constructor(private readonly account: AwsAccount) {
    this.#operations = { ...this.#keyOperations(), ...this.#aliasOperations(), ...this.#useOperations() };
  }

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  keys(): readonly KmsKey[] {
    return [...this.#keys.values()];
  }

  /** The key that an id, ARN or alias stands for; undefined when there is none. */
  lookUp(keyId: string): KmsKey | undefined {
    const [, resource = keyId] = /^arn:[^:]+:kms:[^:]+:[^:]+:(.+)$/.exec(keyId) ?? [];
    const target = resource.startsWith('alias/') ? this.#aliases.get(resource) : resource.replace(/^key\//, '');
    return target === undefined ? undefined : this.#keys.get(target);
  }

  #keyOperations(): Operations {
    const update = (
      fields: FieldNames,
      change: (key: KmsKey, input: Fields) => AwsOutput | undefined,
      withoutEffect: FieldNames = [],
    ): Operation => ({
      fields: ['KeyId', ...fields],
      withoutEffect,
      run: (input) => change(this.#find(input), input) ?? {},
    });
    return {
      CreateKey: {
        fields: ['Description', 'KeySpec', 'KeyUsage', 'MultiRegion', 'Policy', TAGS],
        run: (input) => this.#create(input),
      },
      DescribeKey: update([], (key) => ({ KeyMetadata: metadata(key, this.account) })),
      EnableKey: update([], (key) => this.#setState(key, 'Enabled')),
      DisableKey: update([], (key) => this.#setState(key, 'Disabled')),
      UpdateKeyDescription: update(['Description'], (key, input) => {
        key.description = input.string('Description');
        return undefined;
      }),
      PutKeyPolicy: update(['Policy'], (key, input) => this.#setPolicy(key, input), POLICY_OPTIONS),
      GetKeyPolicy: update([], (key) => ({ Policy: key.policy, PolicyName: 'default' }), ['PolicyName']),
      EnableKeyRotation: update([], (key) => setRotated(key, true)),
      DisableKeyRotation: update([], (key) => setRotated(key, false)),
      GetKeyRotationStatus: update([], (key) => ({ KeyId: key.id, KeyRotationEnabled: key.rotated })),
      ScheduleKeyDeletion: update(['PendingWindowInDays'], (key, input) => this.#scheduleDeletion(key, input)),
      CancelKeyDeletion: update([], (key) => this.#cancelDeletion(key)),
      TagResource: update([TAGS], (key, input) => {
        key.tags = new Map([...key.tags, ...(readTags(input, 'TagKey', 'TagValue') ?? [])]);
        return undefined;
      }),
    };
  }

  #aliasOperations(): Operations {
    return {
      CreateAlias: { fields: ['AliasName', 'TargetKeyId'], run: (input) => this.#createAlias(input) },
      UpdateAlias: {
        fields: ['AliasName', 'TargetKeyId'],
        run: (input) => {
          this.#aliases.set(this.#existingAlias(input), this.#find(input, 'TargetKeyId').id);
          return {};
        },
      },
      DeleteAlias: {
        fields: ['AliasName'],
        run: (input) => {
          this.#aliases.delete(this.#existingAlias(input));
          return {};
        },
      },
    };
  }

  /** Reached only through a service that acts for its caller: nobody here holds ciphertext of their own. */
  #useOperations(): Operations {
    const use = (operation: string): Operation => ({
      fields: ['KeyId'],
      withoutEffect: ['EncryptionContext'],
      run: (input, caller) => {
        if (caller.via === undefined) throw new UnmodelledError(`kms:${operation} called directly`);
        const key = this.#find(input);
        requireUsable(key);
        return { KeyId: key.arn };
      },
    });
    return { Encrypt: use('Encrypt'), Decrypt: use('Decrypt'), GenerateDataKey: use('GenerateDataKey') };
  }

  #create(input: Fields): AwsOutput {
    const { account } = this;
    refuseUnless(input, 'KeySpec', 'SYMMETRIC_DEFAULT');
    refuseUnless(input, 'KeyUsage', 'ENCRYPT_DECRYPT');
    if (input.optionalBoolean('MultiRegion')) throw new UnmodelledError('multi-Region keys of kms:CreateKey');
    const id = account.random.uuid();
    const key: KmsKey = {
      id,
      arn: `arn:aws:kms:${account.region}:${account.id}:key/${id}`,
      createdAt: account.clock.now(),
      description: input.optionalString('Description') ?? '',
      policy: input.optionalString('Policy') ?? defaultPolicy(account),
      state: 'Enabled',
      rotated: false,
      tags: readTags(input, 'TagKey', 'TagValue') ?? new Map(),
    };
    this.#keys.set(id, key);
    return { KeyMetadata: metadata(key, account) };
  }

  #find(input: Fields, field = 'KeyId'): KmsKey {
    const keyId = input.string(field);
    if (ALIAS_OF_AWS.test(keyId)) throw new UnmodelledError(`the AWS managed key ${keyId}`);
    const key = this.lookUp(keyId);
    if (key) return key;
    throw new AwsError('NotFoundException', this.#missing(keyId));
  }

  #missing(keyId: string): string {
    if (/^alias\//.test(keyId))
      return `Alias arn:aws:kms:${this.account.region}:${this.account.id}:${keyId} is not found.`;
    return /^(arn:|mrk-)|^[0-9a-f-]{36}$/.test(keyId) ? `Key '${keyId}' does not exist` : `Invalid keyId '${keyId}'`;
  }

  #setPolicy(key: KmsKey, input: Fields): undefined {
    key.policy = input.string('Policy');
  }

  #setState(key: KmsKey, state: 'Enabled' | 'Disabled'): undefined {
    if (key.state === 'PendingDeletion') throw pendingDeletion(key);
    key.state = state;
  }

  #scheduleDeletion(key: KmsKey, input: Fields): AwsOutput {
    if (key.state === 'PendingDeletion') throw pendingDeletion(key);
    const days = input.optionalNumber('PendingWindowInDays') ?? 30;
    if (!(days >= 7 && days <= 30)) {
      throw new AwsError('ValidationException', 'PendingWindowInDays must be between 7 and 30, inclusive');
    }
    const deletionAt = new Date(this.account.clock.now().getTime() + days * DAY_MS);
    key.state = 'PendingDeletion';
    key.deletionAt = deletionAt;
    this.account.clock.at(deletionAt, `deletion of KMS key ${key.id}`, () => {
      if (key.deletionAt === deletionAt) this.#keys.delete(key.id);
    });
    return { KeyId: key.arn, DeletionDate: deletionAt, KeyState: key.state, PendingWindowInDays: days };
  }

  #cancelDeletion(key: KmsKey): AwsOutput {
    if (key.state !== 'PendingDeletion') {
      throw new AwsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
    }
    key.state = 'Disabled';
    delete key.deletionAt;
    return { KeyId: key.arn };
  }

  #createAlias(input: Fields): AwsOutput {
    const alias = input.string('AliasName');
    if (!/^alias\/[A-Za-z0-9/_-]+$/.test(alias)) throw new AwsError('ValidationException', `Invalid alias ${alias}`);
    if (ALIAS_OF_AWS.test(alias)) throw new AwsError('NotAuthorizedException', `${alias} is reserved.`);
    if (this.#aliases.has(alias))
      throw new AwsError('AlreadyExistsException', `An alias with the name ${alias} already exists`);
    this.#aliases.set(alias, this.#find(input, 'TargetKeyId').id);
    return {};
  }

  #existingAlias(input: Fields): string {
    const alias = input.string('AliasName');
    if (!this.#aliases.has(alias)) throw new AwsError('NotFoundException', `Alias '${alias}' does not exist`);
    return alias;
  }
}

function setRotated(key: KmsKey, rotated: boolean): undefined {
  requireUsable(key);
  key.rotated = rotated;
}

function requireUsable(key: KmsKey): void {
  if (key.state === 'Disabled') throw new AwsError('DisabledException', `${key.arn} is disabled.`);
  if (key.state === 'PendingDeletion') throw pendingDeletion(key);
}

const pendingDeletion = (key: KmsKey): AwsError =>
  new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);

function refuseUnless(input: Fields, field: string, modelled: string): void {
  const value = input.optionalString(field);
  if (value !== undefined && value !== modelled) throw new UnmodelledError(`${field} ${value} of kms:CreateKey`);
}

/** What AWS gives a key that was created without a policy: the account decides, by its identity policies. */
function defaultPolicy(account: AwsAccount): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account.id}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] });
}

const metadata = (key: KmsKey, account: AwsAccount): AwsOutput => ({
  AWSAccountId: account.id,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: key.createdAt,
  Enabled: key.state === 'Enabled',
  Description: key.description,
  KeyUsage: 'ENCRYPT_DECRYPT',
  KeyState: key.state,
  ...(key.deletionAt ? { DeletionDate: key.deletionAt } : {}),
  Origin: 'AWS_KMS',
  KeyManager: 'CUSTOMER',
  CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
  KeySpec: 'SYMMETRIC_DEFAULT',
  EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  MultiRegion: false,
});
