import { UnmodelledError } from '../../errors';
import type { ConditionContext } from './permission';

/** A policy, read once: its document as the simulator takes it, and what its decisions depend on. */
export interface PolicyDocument {
  readonly id: number;
  readonly document: object;
  /** Condition keys that it names, in lower case. */
  readonly keys: ReadonlySet<string>;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Document {
  readonly Statement?: Statement | readonly Statement[];
}

interface Statement {
  readonly Condition?: Conditions;
}

/** Condition keys that requests carry here; one that ends in `*` stands for all that begin so. README.md lists them. */
const MODELLED_KEYS = [
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalOrgID',
  'aws:PrincipalServiceName',
  'aws:RequestTag/*',
  'aws:ResourceTag/*',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:SourceVpce',
  'aws:TagKeys',
  'aws:ViaAWSService',
  'cloudwatch:namespace',
  'iam:PassedToService',
  'kms:CallerAccount',
  'kms:EncryptionContext:*',
  'kms:EncryptionContextKeys',
  'kms:ViaService',
  'lambda:SourceFunctionArn',
  'secretsmanager:BlockPublicPolicy',
  'secretsmanager:Description',
  'secretsmanager:ForceDeleteWithoutRecovery',
  'secretsmanager:KmsKeyId',
  'secretsmanager:Name',
  'secretsmanager:RecoveryWindowInDays',
  'secretsmanager:resource/AllowRotationLambdaArn',
  'secretsmanager:RotateImmediately',
  'secretsmanager:RotationLambdaARN',
  'secretsmanager:SecretId',
  'secretsmanager:VersionId',
  'secretsmanager:VersionStage',
  'ssm:Overwrite',
  'ssm:Recursive',
].map((key) => key.toLowerCase());

/**
 * The simulator knows `kms:EncryptionContext:…` by a name that it then does not find again, and drops it, and takes a
 * function's ARN for a key of Lambda's own actions. It keeps any
 * request tag: under such a name the key goes through, in the policy and in the request alike.
 */
const DROPPED = /^(kms:EncryptionContext:|lambda:SourceFunctionArn$)/i;
const standIn = (key: string): string => (DROPPED.test(key) ? `aws:RequestTag/${key}` : key);

/** Reads policies, each once. A condition key that no request here carries is an error that names it. */
export class PolicyReader {
  readonly #read = new Map<string, PolicyDocument>();

  read(text: string): PolicyDocument {
    const known = this.#read.get(text);
    if (known) return known;
    const document = JSON.parse(text) as Document;
    const policy = { id: this.#read.size, document: withStandIns(document), keys: keysIn(document) };
    this.#read.set(text, policy);
    return policy;
  }
}

/** A request's condition keys as the simulator takes them. */
export const contextForSimulator = (context: ConditionContext): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(context).map(([key, value]) => [standIn(key), typeof value === 'string' ? value : [...value]]),
  );

const statementsOf = ({ Statement = [] }: Document): readonly Statement[] => [Statement].flat();

function keysIn(document: Document): ReadonlySet<string> {
  const keys = statementsOf(document).flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(Object.keys));
  for (const key of keys) if (!isModelled(key.toLowerCase())) throw new UnmodelledError(`the condition key ${key}`);
  // A decision also depends on keys that it would put into the place of a variable.
  if (JSON.stringify(document).includes('${')) throw new UnmodelledError('policy variables');
  return new Set(keys.map((key) => key.toLowerCase()));
}

const isModelled = (key: string): boolean =>
  MODELLED_KEYS.some((each) => (each.endsWith('*') ? key.startsWith(each.slice(0, -1)) : key === each));

function withStandIns(document: Document): object {
  const renamed = (conditions: Conditions): Conditions =>
    Object.fromEntries(
      Object.entries(conditions).map(([operator, values]) => [
        operator,
        Object.fromEntries(Object.entries(values).map(([key, value]) => [standIn(key), value])),
      ]),
    );
  const Statement = statementsOf(document).map((statement) =>
    statement.Condition ? { ...statement, Condition: renamed(statement.Condition) } : statement,
  );
  return { ...document, Statement };
}
