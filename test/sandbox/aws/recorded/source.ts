/** Where a behaviour of AWS is known from, and how well. Recorded are answers and events that AWS itself gave to somebody. */
export const SOURCES = {
  SNAP: 'recorded: localstack/localstack, tests/aws/services/secretsmanager/test_secretsmanager.snapshot.json',
  LIFE: 'recorded: radkawar/stackd, testdata/aws/secretsmanager/lifecycle.json, September 2026',
  WRITE: 'recorded: radkawar/stackd, testdata/aws/secretsmanager/write_validation.json, September 2026',
  KEYS: 'recorded: radkawar/stackd, testdata/aws/secretsmanager/encryption_audit.json, September 2026',
  ROT: 'recorded: radkawar/stackd, testdata/aws/secretsmanager/rotation_replication.json, September 2026',
  AUTH: 'recorded: radkawar/stackd, testdata/aws/secretsmanager/authority.json, September 2026',
  EVENT: 'recorded: an event of a failed rotation as EventBridge delivered it, published in 2021',
  UG: 'documented: user guide of AWS Secrets Manager',
  DOC: 'documented: user guide of the service in question',
  API: 'documented: the API model, as botocore 1.43 and the SDK for JavaScript 3.1162 carry it',
  CFN: 'documented: resource schemas of CloudFormation, as cfn-lint 1.51 carries them, and its user guide',
  CODE: 'published code: the template of rotation functions in aws-samples',
  ISS: 'reported: public issues of aws-cdk, boto3 and aws-cli',
  '3P': 'reported: third parties',
} as const;

export type Source = keyof typeof SOURCES;

/** A behaviour of AWS that the sandbox has, and the tests that show it: `<file>: <describe> › <test or case>`. */
export interface Recorded {
  readonly from: readonly Source[];
  readonly fact: string;
  readonly shownBy: readonly string[];
}

/** Names tests of one file and topic. */
export const testsOf =
  (file: string, topic: string) =>
  (test: string): string =>
    `${file}.test.ts: ${topic} › ${test}`;

export const row = (from: readonly Source[], fact: string, ...shownBy: readonly string[]): Recorded => ({
  from,
  fact,
  shownBy,
});
