import { UnmodelledError } from '../errors';
import type { AwsAccount } from './account';
import { LaggingView } from './consistency';
import type { Fields } from './fields';
import { type Operations, perform } from './operations';
import {
  AWS_MANAGED_KEY,
  checkName,
  keyOf,
  type ParameterType,
  pathTest,
  readNames,
  readNextToken,
  readValue,
  refuseOtherKinds,
  validation,
} from './parameter-input';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from './service';
import { readTags, TAGS, tagList } from './tags';

/** A parameter with its value, as a checker sees it. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly value: string;
  /** What a SecureString reads as without decryption. */
  readonly ciphertext: string;
  readonly keyId?: string;
  readonly description?: string;
  readonly version: number;
  readonly changedAt: Date;
  readonly tags: ReadonlyMap<string, string>;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The Parameter Store of AWS Systems Manager, standard tier: the newest version of each parameter. */
export class Ssm implements AwsService {
  readonly name = 'ssm';
  readonly #parameters = new Map<string, Parameter>();
  readonly #view: LaggingView<Parameter>;
  readonly #operations: Operations;

  constructor(private readonly account: AwsAccount) {
    this.#view = new LaggingView(account.consistency);
    this.#operations = { ...this.#writeOperations(), ...this.#readOperations(), ...this.#tagOperations() };
  }

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  /** Every parameter with its value, by name, for checkers. */
  parameters(): readonly Parameter[] {
    return [...this.#parameters.values()].sort(byName);
  }

  /** The tags of a parameter, by its ARN; none when there is no such parameter. */
  tagsOf(arn: string): ReadonlyMap<string, string> {
    const [, name = ''] = arn.split(':parameter', 2);
    return (this.#parameters.get(name) ?? this.#parameters.get(name.slice(1)))?.tags ?? new Map();
  }

  #writeOperations(): Operations {
    return {
      PutParameter: {
        fields: ['Name', 'Description', 'Value', 'Type', 'KeyId', 'Overwrite', 'Tier', 'DataType', TAGS],
        run: (input, caller) => this.#put(input, caller),
      },
      DeleteParameter: {
        fields: ['Name'],
        run: (input) => {
          if (!this.#delete(this.#nameOf(input.string('Name')))) throw parameterNotFound();
          return {};
        },
      },
      DeleteParameters: { fields: ['Names'], run: (input) => this.#deleteMany(input) },
    };
  }

  #readOperations(): Operations {
    return {
      GetParameter: {
        fields: ['Name', 'WithDecryption'],
        run: async (input, caller) => {
          const parameter = this.#seen(this.#nameOf(input.string('Name')), caller);
          if (!parameter) throw parameterNotFound();
          return { Parameter: await this.#reveal(parameter, input, caller) };
        },
      },
      GetParameters: { fields: ['Names', 'WithDecryption'], run: (input, caller) => this.#getMany(input, caller) },
      GetParametersByPath: {
        fields: ['Path', 'Recursive', 'WithDecryption', 'MaxResults', 'NextToken'],
        run: (input, caller) => this.#getByPath(input, caller),
      },
    };
  }

  #tagOperations(): Operations {
    const resource = ['ResourceType', 'ResourceId'];
    const change = (input: Fields, tags: (before: ReadonlyMap<string, string>) => ReadonlyMap<string, string>) => {
      const parameter = this.#tagged(input);
      this.#set({ ...parameter, tags: tags(parameter.tags) });
      return {};
    };
    return {
      AddTagsToResource: {
        fields: [...resource, TAGS],
        run: (input) => change(input, (before) => new Map([...before, ...(readTags(input) ?? [])])),
      },
      RemoveTagsFromResource: {
        fields: [...resource, 'TagKeys'],
        run: (input) => {
          const keys = input.strings('TagKeys');
          return change(input, (before) => new Map([...before].filter(([key]) => !keys.includes(key))));
        },
      },
      ListTagsForResource: { fields: resource, run: (input) => ({ TagList: tagList(this.#tagged(input).tags) }) },
    };
  }

  async #put(input: Fields, caller: Caller): Promise<AwsOutput> {
    const name = this.#nameOf(input.string('Name'));
    checkName(name);
    refuseOtherKinds(input);
    const value = readValue(input);
    const type = this.#typeOf(name, input);
    const keyId = keyOf(type, input.optionalString('KeyId'));
    this.#checkOverwrite(name, input);
    await this.#useKey('Encrypt', keyId, name, caller);
    // Once more, now that nothing comes between: of two that add a parameter at once, one is refused.
    this.#checkOverwrite(name, input);
    const version = this.#store({ name, type, value, ...(keyId === undefined ? {} : { keyId }) }, input);
    return { Version: version, Tier: 'Standard' };
  }

  #store(draft: Pick<Parameter, 'name' | 'type' | 'value' | 'keyId'>, input: Fields): number {
    const before = this.#parameters.get(draft.name);
    const description = input.optionalString('Description') ?? before?.description;
    const version = (before?.version ?? 0) + 1;
    this.#set({
      ...draft,
      ...(description === undefined ? {} : { description }),
      ciphertext: this.account.random.text(64, BASE64),
      version,
      changedAt: this.account.clock.now(),
      tags: readTags(input) ?? before?.tags ?? new Map(),
    });
    return version;
  }

  #typeOf(name: string, input: Fields): ParameterType {
    const type = input.optionalString('Type') ?? this.#parameters.get(name)?.type;
    if (type === 'String' || type === 'SecureString') return type;
    if (type !== undefined) throw new UnmodelledError(`parameters of type ${type}`);
    throw validation('A parameter type is required when you create a parameter.');
  }

  #checkOverwrite(name: string, input: Fields): void {
    const overwrite = input.optionalBoolean('Overwrite') ?? false;
    if (overwrite && input.has('Tags')) {
      throw validation(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
      );
    }
    if (this.#parameters.has(name) && !overwrite) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
  }

  #deleteMany(input: Fields): AwsOutput {
    const names = readNames(input);
    const deleted = names.filter((name) => this.#delete(this.#nameOf(name)));
    return { DeletedParameters: deleted, InvalidParameters: names.filter((name) => !deleted.includes(name)) };
  }

  async #getMany(input: Fields, caller: Caller): Promise<AwsOutput> {
    const found: AwsOutput[] = [];
    const invalid: string[] = [];
    for (const name of readNames(input)) {
      const parameter = this.#seen(this.#nameOf(name), caller);
      if (parameter) found.push(await this.#reveal(parameter, input, caller));
      else invalid.push(name);
    }
    return { Parameters: found, InvalidParameters: invalid };
  }

  async #getByPath(input: Fields, caller: Caller): Promise<AwsOutput> {
    const within = pathTest(input.string('Path'), input.optionalBoolean('Recursive') ?? false);
    const size = input.optionalNumber('MaxResults') ?? 10;
    if (!(size >= 1 && size <= 10)) throw validation('MaxResults must be between 1 and 10.');
    const after = readNextToken(input);
    const found = this.#seenWhere((name) => within(name) && (after === undefined || name > after), caller);
    const page = found.slice(0, size);
    const parameters: AwsOutput[] = [];
    for (const parameter of page) parameters.push(await this.#reveal(parameter, input, caller));
    const last = page.at(-1)?.name;
    const more = found.length > size && last !== undefined;
    return { Parameters: parameters, ...(more ? { NextToken: Buffer.from(last).toString('base64url') } : {}) };
  }

  #set(parameter: Parameter): void {
    this.#view.wrote(parameter.name, this.#parameters.get(parameter.name));
    this.#parameters.set(parameter.name, parameter);
  }

  #delete(name: string): boolean {
    const before = this.#parameters.get(name);
    if (before) this.#view.wrote(name, before);
    return this.#parameters.delete(name);
  }

  /** A parameter as this read shows it. */
  #seen(name: string, caller: Caller): Parameter | undefined {
    return this.#view.see(name, this.#parameters.get(name), caller);
  }

  #seenWhere(isWanted: (name: string) => boolean, caller: Caller): readonly Parameter[] {
    const names = [...new Set([...this.#parameters.keys(), ...this.#view.ids])].filter(isWanted);
    return names.flatMap((name) => this.#seen(name, caller) ?? []).sort(byName);
  }

  async #reveal(parameter: Parameter, input: Fields, caller: Caller): Promise<AwsOutput> {
    const decrypt = parameter.type === 'SecureString' && (input.optionalBoolean('WithDecryption') ?? false);
    if (decrypt) await this.#useKey('Decrypt', parameter.keyId, parameter.name, caller);
    return {
      Name: parameter.name,
      Type: parameter.type,
      Value: parameter.type === 'String' || decrypt ? parameter.value : parameter.ciphertext,
      Version: parameter.version,
      LastModifiedDate: parameter.changedAt,
      ARN: this.#arnOf(parameter.name),
      DataType: 'text',
    };
  }

  /** Standard parameters are encrypted by KMS itself, under the parameter's ARN. */
  async #useKey(operation: string, keyId: string | undefined, name: string, caller: Caller): Promise<void> {
    if (keyId === undefined || keyId === AWS_MANAGED_KEY) return;
    const { account } = this;
    const input = { KeyId: keyId, EncryptionContext: { PARAMETER_ARN: this.#arnOf(name) } };
    try {
      await account.call('kms', operation, input, { ...caller, via: `ssm.${account.region}.amazonaws.com` });
    } catch (error) {
      const unusable = ['NotFoundException', 'DisabledException', 'KMSInvalidStateException'];
      if (!(error instanceof AwsError) || !unusable.includes(error.code)) throw error;
      throw new AwsError('InvalidKeyId', error.message);
    }
  }

  #tagged(input: Fields): Parameter {
    const type = input.string('ResourceType');
    if (type !== 'Parameter') throw new UnmodelledError(`tags of the resource type ${type} of ssm`);
    const parameter = this.#parameters.get(this.#nameOf(input.string('ResourceId')));
    if (!parameter) throw new AwsError('InvalidResourceId', '');
    return parameter;
  }

  #arnOf(name: string): string {
    const separator = name.startsWith('/') ? '' : '/';
    return `arn:aws:ssm:${this.account.region}:${this.account.id}:parameter${separator}${name}`;
  }

  /** A parameter's name, given as such or as its ARN. */
  #nameOf(nameOrArn: string): string {
    const prefix = `arn:aws:ssm:${this.account.region}:${this.account.id}:parameter`;
    const name = nameOrArn.startsWith(`${prefix}/`) ? nameOrArn.slice(prefix.length) : nameOrArn;
    if (name.startsWith('arn:')) throw new UnmodelledError('parameters of another account or region');
    if (name.includes(':')) throw new UnmodelledError('parameters by version or label');
    return name;
  }
}

/** AWS says nothing but the code. */
const parameterNotFound = (): AwsError => new AwsError('ParameterNotFound', '');

const byName = (a: Parameter, b: Parameter): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
