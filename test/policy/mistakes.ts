import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A template, as far as mistakes are made in it. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>>;
}

export interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

/** A mistake in a policy, such as people make, and what the proof has to say of it. */
export interface Mistake {
  readonly what: string;
  /** Makes it in a template; one that it is not about stays as it is. */
  readonly plant: (template: Template) => void;
  /** In what is found to be allowed, or not to be. */
  readonly found: RegExp;
}

export const MISTAKES: readonly Mistake[] = [
  {
    what: 'a wildcard for a resource',
    plant: change('RotateServiceSecrets', (statement) => {
      statement.Resource = '*';
    }),
    found: /^rotate .*: PutSecretValue on admin secret .*statement RotateServiceSecrets/m,
  },
  {
    what: 'a pattern that is cut off too early',
    plant: change('ReconcileServiceSecrets', (statement) => {
      statement.Resource = shorten(statement.Resource, 'prod/claude/*', 'prod/*');
    }),
    found: /^reconcile .*PutSecretValue on somebody else's secret .*statement ReconcileServiceSecrets/m,
  },
  {
    what: 'a use of the key that is not bound to the secret',
    plant: change('kms:Decrypt', (statement) => {
      delete statement.Condition?.StringEquals?.['kms:EncryptionContext:SecretARN'];
    }),
    found: /^reader .*kms:Decrypt through secretsmanager on secret /m,
  },
  {
    what: 'a use of the key that is not bound to the service it comes through',
    plant: change('KeyForSpares', (statement) => {
      delete statement.Condition?.StringEquals;
    }),
    found: /^rotate .*kms:Decrypt on spare .*statement KeyForSpares/m,
  },
  {
    what: 'a key that whoever may decrypt anything can read spares with',
    plant: remove('DenySparesToAllButRotation'),
    found: /^wide reader .*kms:Decrypt through ssm on spare /m,
  },
  {
    what: 'a key whose policy lets everybody decrypt',
    plant: change('FunctionLogs', (statement) => {
      statement.Principal = { AWS: '*' };
      delete statement.Condition;
    }),
    found: /^stranger .*kms:Decrypt on secret .*statement FunctionLogs of resource policy/m,
  },
  {
    what: 'a forgotten deny on reading',
    plant: remove('DenyReadsToAllButReaders'),
    found: /^wide reader .*GetSecretValue on secret /m,
  },
  {
    what: 'a forgotten deny on writing',
    plant: remove('DenyWritesToAllButThePlatform'),
    found: /^administrator .*PutSecretValue on secret /m,
  },
  {
    what: 'a forgotten deny on reading the admin key',
    plant: remove('DenyReadsToAllButTheReconciler'),
    found: /^wide reader .*GetSecretValue on admin secret /m,
  },
  {
    what: 'a forgotten deny on reading by version id',
    plant: remove('DenyReadsByVersionId'),
    found: /^reader .*GetSecretValue by version id on secret /m,
  },
  {
    what: 'a deny on other stages that hits the plain read as well',
    plant: change('DenyReadsOfOtherStages', (statement) => {
      delete statement.Condition?.Null;
    }),
    found: /^reader .*: GetSecretValue on secret .*explicit deny.*statement DenyReadsOfOtherStages of resource policy/m,
  },
  {
    what: 'a deny that locks out CloudFormation',
    plant: change('DenyWritesToAllButThePlatform', (statement) => {
      statement.Action = [...[statement.Action].flat(), 'secretsmanager:PutResourcePolicy'];
    }),
    found: /^deployment .*: PutResourcePolicy on secret .*statement DenyWritesToAllButThePlatform of resource policy/m,
  },
  {
    what: 'a deletion without a way back that is not denied',
    plant: remove('DenyDeletionWithoutRecovery'),
    found: /^administrator .*DeleteSecret for good on secret /m,
  },
  {
    what: 'an action too many for a service',
    plant: change('secretsmanager:GetSecretValue', (statement) => {
      if (statement.Effect === 'Allow' && statement.Sid === undefined)
        statement.Action = [...[statement.Action].flat(), 'secretsmanager:PutResourcePolicy'];
    }),
    found: /^reader .*PutResourcePolicy on secret /m,
  },
  {
    what: 'a grant to the wrong role',
    plant: grantToWrongRole,
    found: /^rotate .*GetSecretValue on admin secret /m,
  },
  {
    what: 'a trust in the whole account',
    plant: trust({ AWS: 'arn:aws:iam::111122223333:root' }),
    found: /^administrator .*AssumeRole on platform role /m,
  },
  {
    what: 'a trust in everybody',
    plant: trust({ AWS: '*' }),
    found: /^stranger .*AssumeRole on platform role /m,
  },
  {
    what: 'a permission to invoke for Secrets Manager in any account',
    plant: (template) => {
      for (const properties of of(template, 'AWS::Lambda::Permission')) delete properties.SourceAccount;
    },
    found: /^secretsmanager\.amazonaws\.com for a stranger .*InvokeFunction on rotate function /m,
  },
  {
    what: 'a topic that takes alarms of any account',
    plant: change('AlarmsOfThisAccount', (statement) => {
      delete statement.Condition;
    }),
    found: /^cloudwatch\.amazonaws\.com for a stranger .*Publish on critical topic /m,
  },
];

export function change(sidOrAction: string, edit: (statement: Statement) => void): Mistake['plant'] {
  return (template) => {
    for (const list of statementLists(template))
      for (const statement of list) if (isNamed(statement, sidOrAction)) edit(statement);
  };
}

export function remove(sid: string): Mistake['plant'] {
  return (template) => {
    for (const list of statementLists(template)) {
      const found = list.findIndex((statement) => statement.Sid === sid);
      if (found >= 0) list.splice(found, 1);
    }
  };
}

const isNamed = ({ Sid, Action }: Statement, name: string): boolean => {
  if (Sid === name) return true;
  return Sid === undefined && [Action].flat().includes(name);
};

/** The rotate function's role gets what is for the reconciler's, and the admin key's secret names it as well. */
function grantToWrongRole(template: Template): void {
  const [rotate] = of(template, 'AWS::IAM::Policy').filter(({ PolicyName }) => String(PolicyName).includes('Rotate'));
  const readAdminKey = statementLists(template)
    .flat()
    .find(({ Sid }) => Sid === 'ReadAdminKey');
  if (!rotate || !readAdminKey) return;
  const { Statement } = rotate.PolicyDocument as { Statement: Statement[] };
  Statement.push(readAdminKey);
  change('DenyReadsToAllButTheReconciler', (statement) => {
    statement.Condition = { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/claude-keys-prod-*' } };
  })(template);
}

function trust(Principal: object): Mistake['plant'] {
  return (template) => {
    for (const properties of of(template, 'AWS::IAM::Role')) {
      const { Statement } = properties.AssumeRolePolicyDocument as { Statement: Statement[] };
      for (const statement of Statement) statement.Principal = { ...(statement.Principal as object), ...Principal };
    }
  };
}

export const of = ({ Resources }: Template, type: string): Record<string, unknown>[] =>
  Object.values(Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties);

/** Every list of statements in a template, wherever it lies. */
function statementLists(value: unknown): Statement[][] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(statementLists);
  return 'Statement' in value && Array.isArray(value.Statement) ? [value.Statement as Statement[], ...inside] : inside;
}

/** The same value with one text in it replaced, intrinsic functions and all. */
const shorten = (value: unknown, text: string, by: string): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(text, by));

/** Makes a mistake in the templates of one environment of an assembly. */
export function editTemplates(assembly: string, environment: string, plant: Mistake['plant']): void {
  const folder = join(assembly, `assembly-${environment}`);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.template.json'))) {
    const template = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Template;
    plant(template);
    writeFileSync(join(folder, file), JSON.stringify(template));
  }
}
