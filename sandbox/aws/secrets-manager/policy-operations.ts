import type { Fields } from '../fields';
import type { Operations } from '../operations';
import { AwsError, type AwsOutput } from '../service';
import { identity, type SecretsContext } from './context';
import { checkLength } from './errors';
import { laidOut } from './policy-layout';

const POLICY_LENGTHS = [1, 20_480] as const;

/** Operations on a secret's resource policy. */
export function policyOperations(context: SecretsContext): Operations {
  return {
    PutResourcePolicy: {
      fields: ['SecretId', 'ResourcePolicy', 'BlockPublicPolicy'],
      run: (input) => putResourcePolicy(context, input),
    },
    GetResourcePolicy: {
      fields: ['SecretId'],
      run: (input) => {
        const secret = context.store.findUsable(input.string('SecretId'));
        const policy = secret.resourcePolicy;
        return { ...identity(secret), ...(policy === undefined ? {} : { ResourcePolicy: laidOut(policy) }) };
      },
    },
    DeleteResourcePolicy: {
      fields: ['SecretId'],
      run: (input) => {
        const secret = context.store.findUsable(input.string('SecretId'));
        delete secret.resourcePolicy;
        secret.changedAt = context.account.clock.now();
        return identity(secret);
      },
    },
  };
}

function putResourcePolicy(context: SecretsContext, input: Fields): AwsOutput {
  const secret = context.store.findUsable(input.string('SecretId'));
  const policy = input.string('ResourcePolicy');
  checkLength('resourcePolicy', policy.length, POLICY_LENGTHS);
  const statements = readStatements(policy);
  if (input.optionalBoolean('BlockPublicPolicy') && statements.some(isPublic)) {
    throw new AwsError(
      'PublicPolicyException',
      'You can not attach a resource policy that grants Public access to your secret.',
    );
  }
  secret.resourcePolicy = policy;
  secret.changedAt = context.account.clock.now();
  return identity(secret);
}

type Statement = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Statement => typeof value === 'object' && value !== null;

function readStatements(policy: string): readonly Statement[] {
  try {
    const document: unknown = JSON.parse(policy);
    const statement = isObject(document) ? document.Statement : undefined;
    const statements = Array.isArray(statement) ? statement : [statement];
    if (statements.every(isObject)) return statements;
  } catch {
    // refused below
  }
  throw new AwsError('MalformedPolicyDocumentException', 'This resource policy contains invalid Json.');
}

/** Coarser than AWS, which reasons about conditions: here any condition makes a statement not public. */
function isPublic(statement: Statement): boolean {
  const { Effect: effect, Principal: principal, Condition: condition } = statement;
  const named = isObject(principal) ? principal.AWS : principal;
  const anybody = named === '*' || (Array.isArray(named) && named.includes('*'));
  return effect === 'Allow' && anybody && condition === undefined;
}
