/**
 * Who is meant to be able to do what. Written by hand and read by people: the proof compares it with what the deployed
 * policies really allow. An action that ends in `*` stands for every way of making it that policies can tell apart.
 */
export interface Row {
  readonly who: string | readonly string[];
  readonly on: string | readonly string[];
  /** Only on what belongs to the asker's own service or function. */
  readonly own?: true;
  /** Only on what belongs to these services. */
  readonly of?: readonly string[];
  /** Only in these environments. */
  readonly in?: readonly string[];
  readonly may?: readonly string[];
  /** Why it is allowed, where no call that this repository can see uses it. */
  readonly unseen?: string;
  /** Everything that can be asked, but this. */
  readonly mayAllBut?: readonly string[];
}

const EVERY_READ = ['GetSecretValue*'];
const EVERY_WRITE = ['PutSecretValue', 'UpdateSecretVersionStage*'];
const LAST_RESORT = ['DeleteSecret for good'];
const KEY_FOR_READING = ['kms:Decrypt through secretsmanager'];
const KEY_FOR_WRITING = [...KEY_FOR_READING, 'kms:GenerateDataKey through secretsmanager'];
const KEY_FOR_MESSAGES = ['kms:Decrypt through sns', 'kms:GenerateDataKey through sns'];
const KEY_FOR_LOGS = ['kms:Decrypt*', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];
const READING_A_SPARE = ['kms:Decrypt*', 'kms:ReEncryptFrom*'];
const BECOMING = ['AssumeRole*', 'SetContext', 'SetSourceIdentity', 'TagSession'];
/** A trust that names a service does not say for which account, but a role can only be handed to it within its own. */
export const WHO_RUNS_FUNCTIONS = ['lambda.amazonaws.com', 'lambda.amazonaws.com for a stranger'];
const WHO_RUNS_TASKS = ['ecs-tasks.amazonaws.com', 'ecs-tasks.amazonaws.com for a stranger'];
const HOW_AWS_RUNS_CODE = 'AWS hands credentials to what it runs';
const FUNCTIONS = ['rotate', 'reconcile'];
const PATHS = ['path of conditions', 'path of registrations', 'path of spares'];
const TOPICS = ['critical topic', 'warning topic'];

/** What holds in every environment. */
export const MEANT: readonly Row[] = [
  // The function that rotates: every service's secret and spares, nothing at the issuer.
  {
    who: 'rotate',
    on: 'secret',
    may: ['DescribeSecret', 'TagResource', ...EVERY_READ, ...EVERY_WRITE, ...KEY_FOR_WRITING],
  },
  {
    who: 'rotate',
    on: 'spare',
    may: ['GetParametersByPath*', 'GetParameter', 'DeleteParameter', 'kms:Decrypt through ssm'],
  },

  // The reconciler: every service's labels, the text of no key but the admin key.
  {
    who: 'reconcile',
    on: 'secret',
    may: [
      'CancelRotateSecret',
      'DescribeSecret',
      'ListSecretVersionIds',
      'RotateSecret',
      ...EVERY_WRITE,
      ...KEY_FOR_WRITING,
    ],
  },
  { who: 'reconcile', on: 'admin secret', may: [...EVERY_READ, ...KEY_FOR_READING] },
  { who: 'reconcile', on: ['path of registrations', 'path of spares'], may: ['GetParametersByPath*'] },
  { who: 'reconcile', on: 'registration', may: ['GetParameter'] },
  { who: 'reconcile', on: 'spare', may: ['GetParametersByPath*', 'DeleteParameter'] }, // names, and no decryption
  { who: 'reconcile', on: 'rotate function', may: ['InvokeFunction'] }, // RotateSecret asks for it
  { who: 'reconcile', on: 'account', may: ['secretsmanager:ListSecrets', 'cloudwatch:PutMetricData of ours'] },

  // It tells people what it finds, and notes what it told.
  { who: 'reconcile', on: TOPICS, may: ['Publish', ...KEY_FOR_MESSAGES] },
  { who: 'reconcile', on: 'path of conditions', may: ['GetParametersByPath*'] },
  { who: 'reconcile', on: 'noted condition', may: ['PutParameter*', 'DeleteParameter'] },

  { who: ['rotate', 'reconcile'], on: 'log stream', own: true, may: ['CreateLogStream', 'PutLogEvents'] },

  // A service: the current version of its own key.
  {
    who: 'reader',
    on: 'secret',
    own: true,
    may: ['DescribeSecret', 'GetSecretValue', 'GetSecretValue of AWSCURRENT', ...KEY_FOR_READING],
  },

  // Services of AWS, for this account and this environment alone.
  { who: 'secretsmanager.amazonaws.com', on: 'rotate function', may: ['InvokeFunction'] },
  { who: 'rule', on: 'reconcile function', may: ['InvokeFunction'] },
  { who: 'cloudwatch.amazonaws.com', on: TOPICS, may: ['Publish', 'kms:Decrypt*', 'kms:GenerateDataKey*'] },
  {
    // It names no account to a key, but always the log group, which has the account in its ARN.
    who: ['logs.eu-central-1.amazonaws.com', 'logs.eu-central-1.amazonaws.com for a stranger'],
    on: 'log group',
    may: KEY_FOR_LOGS,
    unseen: 'CloudWatch Logs encrypts by itself',
  },
  { who: WHO_RUNS_FUNCTIONS, on: 'platform role', of: FUNCTIONS, may: ['AssumeRole'], unseen: HOW_AWS_RUNS_CODE },

  // People and pipelines with full access to the account. They can change any of this, but not read a key unnoticed.
  { who: ['administrator', 'deployment'], on: 'secret', mayAllBut: [...EVERY_READ, ...EVERY_WRITE, ...LAST_RESORT] },
  { who: ['administrator', 'deployment'], on: 'admin secret', mayAllBut: [...EVERY_READ, ...LAST_RESORT] },
  { who: ['administrator', 'deployment'], on: 'spare', mayAllBut: READING_A_SPARE },
  { who: ['administrator', 'deployment'], on: ['platform role', 'service role'], mayAllBut: BECOMING },
  { who: ['administrator', 'deployment'], on: TOPICS, mayAllBut: ['Publish in the clear'] },
  {
    who: ['administrator', 'deployment'],
    on: [
      ...['account', 'key', "somebody else's secret", 'path of spares', 'path of registrations', 'registration'],
      ...['path of conditions', 'noted condition'],
      ...['platform parameter', 'rotate function', 'reconcile function', 'log group', 'log stream'],
    ],
    mayAllBut: [],
  },

  // A role that may read every secret, parameter and key of the account, by its own policy: no key of ours.
  { who: 'wide reader', on: ['secret', 'admin secret', ...TOPICS, 'log group'], may: ['kms:Decrypt*'] },
  { who: 'wide reader', on: 'key', may: ['Decrypt'] },
  { who: 'wide reader', on: "somebody else's secret", may: EVERY_READ },
  {
    who: 'wide reader',
    on: ['spare', 'registration', 'platform parameter', 'noted condition', ...PATHS],
    may: ['GetParameter', 'GetParameterHistory', 'GetParameters', 'GetParametersByPath*'],
  },
  { who: 'wide reader', on: 'account', may: ['secretsmanager:BatchGetSecretValue'] },
];

/** What holds in this repository's own environments, beyond that. */
export const MEANT_HERE: readonly Row[] = [
  ...MEANT,
  // Where no admin key can tell it, the reconciler looks itself whether a key still works.
  { who: 'reconcile', on: 'secret', in: ['dev'], may: EVERY_READ },
  {
    who: WHO_RUNS_FUNCTIONS,
    on: 'service role',
    of: ['rag-service', 'batch-summariser'],
    may: ['AssumeRole'],
    unseen: HOW_AWS_RUNS_CODE,
  },
  { who: WHO_RUNS_TASKS, on: 'service role', of: ['support-bot'], may: ['AssumeRole'], unseen: HOW_AWS_RUNS_CODE },
];

const STAGING: readonly Omit<Row, 'who'>[] = [
  { on: 'platform parameter', may: ['GetParameter'], of: ['settings'] },
  { on: 'registration', may: ['GetParameter'] },
  { on: ['path of registrations', 'path of spares'], may: ['GetParametersByPath*'] },
  {
    on: 'spare',
    may: ['GetParametersByPath*', 'PutParameter not over another', 'DeleteParameter', 'kms:Encrypt through ssm'],
  },
  { on: 'secret', may: ['DescribeSecret'] },
  { on: 'account', may: ['secretsmanager:ListSecrets'] },
  { on: 'reconcile function', may: ['InvokeFunction'] },
];

const LOOKING = ['DescribeSecret', 'GetResourcePolicy', 'ListSecretVersionIds'];

/** People, in the roles that are made for them: none of them reads a key. */
export const MEANT_FOR_OPERATORS: readonly Row[] = [
  ...STAGING.map((row) => ({ who: ['stager', 'responder'], ...row })),
  { who: 'responder', on: 'secret', may: ['RotateSecret'] },
  { who: 'responder', on: 'rotate function', may: ['InvokeFunction'] },

  { who: 'auditor', on: 'platform parameter', may: ['GetParameter'], of: ['settings'] },
  { who: 'auditor', on: 'registration', may: ['GetParameter'] },
  { who: 'auditor', on: 'path of registrations', may: ['GetParametersByPath*'] },
  { who: 'auditor', on: 'account', may: ['secretsmanager:ListSecrets'] },
  { who: 'auditor', on: ['secret', 'admin secret'], may: LOOKING },
  { who: 'auditor', on: 'key', may: ['DescribeKey', 'GetKeyPolicy'] },
  { who: 'auditor', on: 'log group', may: ['FilterLogEvents'] },

  // Writing a service's key by hand begins with lifting the secret's policy, which this role may do, and which shows.
  {
    who: 'breakGlass',
    on: 'secret',
    may: [...LOOKING, 'DeleteResourcePolicy', 'PutResourcePolicy*', ...KEY_FOR_WRITING],
  },
  { who: 'breakGlass', on: 'admin secret', may: [...LOOKING, ...EVERY_WRITE, ...KEY_FOR_WRITING] },
];

/** Functions in a network: Lambda puts them there with their roles, their code can do nothing of the kind. */
export const MEANT_IN_NETWORK: readonly Row[] = [
  {
    who: 'Lambda for a function',
    on: 'network',
    may: [
      'AssignPrivateIpAddresses',
      'CreateNetworkInterface',
      'DeleteNetworkInterface',
      'DescribeNetworkInterfaces',
      'DescribeSubnets',
      'UnassignPrivateIpAddresses',
    ],
  },
  { who: ['administrator', 'deployment'], on: 'network', mayAllBut: [] },
];
