import type { AwsAccount } from '../account';
import { type Operations, perform } from '../operations';
import type { AwsInput, AwsOutput, AwsService, Caller } from '../service';
import { batchOperations } from './batch';
import type { SecretsContext } from './context';
import type { SecretEvent } from './events';
import { listOperations } from './list-operations';
import { policyOperations } from './policy-operations';
import { DEFAULT_ROTATION_BEHAVIOUR, type RotationBehaviour, RotationEngine } from './rotation-engine';
import { type CanInvoke, rotationOperations } from './rotation-operations';
import type { Secret, SecretValue } from './secret';
import { secretOperations } from './secret-operations';
import { SecretStore } from './secret-store';
import { SecretViews } from './secret-views';
import { ValueEncryption } from './value-encryption';
import { valueOperations } from './value-operations';

export interface SecretsManagerOptions {
  readonly account: AwsAccount;
  /** Whether Secrets Manager may invoke a function. @default every function */
  readonly canInvoke?: CanInvoke;
  /** Takes the service's events to EventBridge. @default nowhere */
  readonly emit?: (event: SecretEvent) => void;
  /** What AWS leaves undocumented about rotations. @default DEFAULT_ROTATION_BEHAVIOUR */
  readonly rotation?: Partial<RotationBehaviour>;
  /**
   * How long a secret that is deleted by force is still described, with its name taken. It was after one second, and no longer after four.
   * @default 2000
   */
  readonly forcedDeletionMs?: number;
}

/** A secret as a checker sees it, values and all. No function of the account can. */
export interface InspectedSecret {
  readonly name: string;
  readonly arn: string;
  readonly kmsKeyId?: string;
  readonly resourcePolicy?: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly rotationEnabled: boolean;
  readonly versions: readonly InspectedVersion[];
}

export interface InspectedVersion {
  readonly id: string;
  readonly labels: readonly string[];
  readonly createdAt: Date;
  /** Undefined while a rotation has only announced the version. */
  readonly value?: SecretValue;
}

/** What policies can be about of a secret. */
export interface SecretForPolicies {
  readonly arn: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly resourcePolicy?: string;
  readonly rotationLambdaArn?: string;
}

/** AWS Secrets Manager of one account and region. */
export class SecretsManager implements AwsService {
  readonly name = 'secretsmanager';
  readonly #store = new SecretStore();
  readonly #views: SecretViews;
  readonly #operations: Operations;

  constructor(options: SecretsManagerOptions) {
    const { account, emit = () => {}, canInvoke = () => true, forcedDeletionMs = 2000 } = options;
    const views = new SecretViews(this.#store, account.consistency);
    const noteAndEmit = (event: SecretEvent): void => {
      views.note();
      emit(event);
    };
    this.#views = views;
    const context: SecretsContext = {
      account,
      emit: noteAndEmit,
      forcedDeletionMs,
      store: this.#store,
      views,
      encryption: new ValueEncryption(account),
      rotation: new RotationEngine(account, noteAndEmit, { ...DEFAULT_ROTATION_BEHAVIOUR, ...options.rotation }),
    };
    this.#operations = {
      ...secretOperations(context),
      ...valueOperations(context),
      ...batchOperations(context),
      ...listOperations(context),
      ...policyOperations(context),
      ...rotationOperations(context, canInvoke),
    };
  }

  async call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    this.#views.note();
    try {
      return await perform(this.name, this.#operations, operation, input, caller);
    } finally {
      this.#views.note();
    }
  }

  /** Every secret with its values, the oldest first, for checkers. */
  secrets(): readonly InspectedSecret[] {
    return this.#store.all.map(inspect);
  }

  /** What policies can be about of the secret that a caller's SecretId stands for; undefined when there is none. */
  secret(secretId: string): SecretForPolicies | undefined {
    const secret = this.#store.lookUp(secretId);
    return secret && forPolicies(secret);
  }
}

const forPolicies = ({ arn, tags, resourcePolicy, rotation }: Secret): SecretForPolicies => ({
  arn,
  tags: tags ?? new Map(),
  ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
  ...(rotation?.lambdaArn === undefined ? {} : { rotationLambdaArn: rotation.lambdaArn }),
});

const inspect = (secret: Secret): InspectedSecret => ({
  name: secret.name,
  arn: secret.arn,
  ...(secret.kmsKeyId === undefined ? {} : { kmsKeyId: secret.kmsKeyId }),
  ...(secret.resourcePolicy === undefined ? {} : { resourcePolicy: secret.resourcePolicy }),
  tags: secret.tags ?? new Map(),
  rotationEnabled: secret.rotation?.enabled ?? false,
  versions: secret.versions.map(({ id, createdAt, value }) => ({
    id,
    labels: secret.labelsOf(id),
    createdAt,
    ...(value ? { value } : {}),
  })),
});
