import { inspect } from 'node:util';
import fc from 'fast-check';
import { CLOUDWATCH } from '../../../sandbox/aws/authorization/cloudwatch';
import { EVENTS } from '../../../sandbox/aws/authorization/events';
import { IAM } from '../../../sandbox/aws/authorization/iam';
import { KMS } from '../../../sandbox/aws/authorization/kms';
import { LAMBDA } from '../../../sandbox/aws/authorization/lambda';
import { LOGS } from '../../../sandbox/aws/authorization/logs';
import { SECRETS_MANAGER } from '../../../sandbox/aws/authorization/secrets-manager';
import { SNS } from '../../../sandbox/aws/authorization/sns';
import { SSM } from '../../../sandbox/aws/authorization/ssm';
import { STS } from '../../../sandbox/aws/authorization/sts';
import { handlerOf, RESOURCE_TYPES } from '../../../sandbox/aws/cloudformation/resources';
import type { FieldNames } from '../../../sandbox/aws/fields';
import { UnmodelledError } from '../../../sandbox/errors';
import type { Sandbox } from '../../../sandbox/sandbox';
import { deployedSandbox } from '../../support/deployed-sandbox';

/** The operations of every service, as their authorisation lists them. */
const OPERATIONS: readonly (readonly [service: string, operation: string])[] = Object.entries({
  events: EVENTS,
  iam: IAM,
  kms: KMS,
  lambda: LAMBDA,
  logs: LOGS,
  monitoring: CLOUDWATCH,
  secretsmanager: SECRETS_MANAGER,
  sns: SNS,
  ssm: SSM,
  sts: STS,
}).flatMap(([service, table]) => Object.keys(table).map((operation): [string, string] => [service, operation]));

/** Actions that Lambda takes for a function's role, which nobody can call. */
const NEVER_CALLED = ['CreateLogStream', 'PutLogEvents'];

const SERVICES = [...new Set(OPERATIONS.map(([service]) => service))];
const RUNS = { numRuns: 150 };

/** Names that nothing has, some of which every object of the language answers to. */
const unheardOf = fc.oneof(
  fc.stringMatching(/^[A-Za-z]{1,20}$/).map((name) => `Unheard${name}`),
  fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'valueOf'),
);
const anyValue = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.string()),
  fc.dictionary(fc.string(), fc.string()),
);

type Path = readonly string[];

/** Where a structure may have a field that is not modelled: at the top, or inside fields that are structures. */
const structuresIn = (names: FieldNames): readonly Path[] => [
  [],
  ...names.flatMap((each) =>
    typeof each === 'string'
      ? []
      : Object.entries(each).flatMap(([name, inside]) => structuresIn(inside).map((path) => [name, ...path])),
  ),
];

const PROPERTIES = RESOURCE_TYPES.flatMap((type) => {
  const { fields, withoutEffect = [] } = handlerOf(type);
  return structuresIn([...fields, ...withoutEffect]).map((path) => ({ type, path }));
});

const nested = (path: Path, name: string, value: unknown): Record<string, unknown> =>
  path.reduceRight<Record<string, unknown>>((inside, each) => ({ [each]: inside }), { [name]: value });

describe('what the sandbox does not model of AWS', () => {
  let sandbox: Sandbox;
  let before: string;
  beforeAll(async () => {
    sandbox = await deployedSandbox();
    before = everything();
  });
  afterEach(() => expect(everything()).toBe(before));
  afterAll(() => sandbox.dispose());

  const everything = (): string => {
    const { aws } = sandbox;
    const { iam, ssm, kms, logs, sns, cloudWatch, lambda, secretsManager } = aws;
    const whole = [
      secretsManager.secrets(),
      // Every deployment bootstraps the account first.
      ssm.parameters().filter(({ name }) => !name.startsWith('/cdk-bootstrap/')),
      kms.keys(),
      lambda.functions(),
      logs.groups(),
      [sns.topics(), sns.messages()],
      [cloudWatch.alarms(), cloudWatch.metrics(), [...cloudWatch.dashboards()]],
      iam,
      sandbox.clock.now(),
    ];
    return inspect(whole, { depth: 12, maxArrayLength: null, maxStringLength: null });
  };

  const call = (service: string, operation: string, input: Readonly<Record<string, unknown>>) =>
    sandbox.account.call(service, operation, input, sandbox.account.administrator);

  const deploy = (Type: string, Properties: Readonly<Record<string, unknown>>) =>
    sandbox.aws.deployment.deployStack({
      artifactId: 'unmodelled',
      stackName: 'unmodelled',
      displayName: 'prod/unmodelled',
      environment: {},
      template: { Resources: { Thing: { Type, Properties } } },
      assets: new Map(),
    });

  const expectRefusal = async (attempt: Promise<unknown>, ...names: readonly string[]): Promise<void> => {
    const error: unknown = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UnmodelledError);
    for (const name of names) expect(String(error)).toContain(name);
  };

  it('rejects any service by name', () =>
    fc.assert(
      fc.asyncProperty(unheardOf, unheardOf, (service, operation) =>
        expectRefusal(call(service, operation, {}), service, operation),
      ),
      RUNS,
    ));

  it('rejects any operation by name', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...SERVICES), unheardOf, async (service, operation) => {
        await expectRefusal(call(service, operation, {}), service, operation);
        await expectRefusal(sandbox.account.inspect(service, operation, {}), service, operation);
      }),
      RUNS,
    ));

  it.each(SERVICES)('rejects any input field of any operation of %s by name', async (service) => {
    const operations = OPERATIONS.filter(
      ([each, operation]) => each === service && !NEVER_CALLED.includes(operation),
    ).map(([, operation]) => operation);
    for (const operation of operations) {
      await fc.assert(
        fc.asyncProperty(unheardOf, anyValue, (field, value) =>
          expectRefusal(sandbox.account.inspect(service, operation, { [field]: value }), `"${field}"`, operation),
        ),
        { numRuns: 20 },
      );
    }
  });

  it('rejects any type of resource by name', () =>
    fc.assert(
      fc.asyncProperty(unheardOf, unheardOf, async (service, type) => {
        await expectRefusal(deploy(`AWS::${service}::${type}`, {}), `AWS::${service}::${type}`, 'resource Thing');
        await expectRefusal(deploy(type, {}), type);
      }),
      RUNS,
    ));

  it.each(RESOURCE_TYPES.filter((type) => type !== 'AWS::CDK::Metadata'))(
    'rejects any property of %s by name, at any depth',
    async (type) => {
      const paths = PROPERTIES.filter((each) => each.type === type).map(({ path }) => path);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...paths), unheardOf, anyValue, (path, name, value) =>
          expectRefusal(deploy(type, nested(path, name, value)), `"${name}"`, type),
        ),
        { numRuns: 30 },
      );
    },
  );

  it('rejects any intrinsic function by name, at any depth', () =>
    fc.assert(
      fc.asyncProperty(unheardOf, fc.array(fc.constantFrom('list', 'map')), anyValue, (name, depth, argument) => {
        const innermost: unknown = { [`Fn::${name}`]: argument };
        const value = depth.reduce<unknown>(
          (inside, each) => (each === 'list' ? [inside] : { Key: inside }),
          innermost,
        );
        return expectRefusal(deploy('AWS::SNS::Topic', { TopicName: value }), `Fn::${name}`);
      }),
      RUNS,
    ));
});
