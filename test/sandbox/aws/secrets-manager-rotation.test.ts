import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretEvent } from '../../../sandbox/aws/secrets-manager/events';
import {
  type InspectedSecret,
  SecretsManager,
  type SecretsManagerOptions,
} from '../../../sandbox/aws/secrets-manager/secrets-manager';
import { AwsError, type AwsInput, type AwsOutput } from '../../../sandbox/aws/service';
import { RotationFunctions, templateRotation } from './rotation-functions';
import { ACCOUNT_ID, createTestAccount, REGION, roleSession, START, type TestAccount } from './test-account';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NAME = 'prod/claude/rag-service/key';
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:claude-keys-prod-rotate`;
const FIRST = '11111111-1111-4111-8111-111111111111';
const TOKEN = '22222222-2222-4222-8222-222222222222';
const OTHER = '33333333-3333-4333-8333-333333333333';
const FOURTH = '44444444-4444-4444-8444-444444444444';
const ALL_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const RULES = { ScheduleExpression: 'rate(90 days)' };

let aws: TestAccount;
let events: SecretEvent[];
let functions: RotationFunctions;
let client: SecretsManagerClient;
let service: SecretsManager;

async function setUp(options: Partial<SecretsManagerOptions> = {}): Promise<void> {
  aws = await createTestAccount();
  events = [];
  functions = new RotationFunctions();
  const rotation = { retryDelaysMs: [MINUTE_MS, 10 * MINUTE_MS] };
  const emit = (event: SecretEvent): void => void events.push(event);
  service = new SecretsManager({ account: aws.account, emit, rotation, ...options });
  aws.account.add(service);
  aws.account.add(functions);
  client = new SecretsManagerClient(aws.settings());
  await ask('CreateSecret', { Name: NAME, SecretString: 'one', ClientRequestToken: FIRST });
  let made = 1;
  functions.run = templateRotation(aws.account, roleSession('rotate'), () => `made ${made++}`);
}

beforeEach(() => setUp());

afterEach(async () => {
  client.destroy();
  await aws.close();
});

const ask = (operation: string, input: AwsInput): Promise<AwsOutput> =>
  aws.account.call('secretsmanager', operation, input, aws.caller);

const rotate = (input: Partial<RotateSecretCommandInput> = {}) =>
  client.send(
    new RotateSecretCommand({
      SecretId: NAME,
      ClientRequestToken: TOKEN,
      RotationLambdaARN: FUNCTION_ARN,
      RotationRules: RULES,
      ...input,
    }),
  );

const rotateAndSettle = async (input: Partial<RotateSecretCommandInput> = {}): Promise<void> => {
  await rotate(input);
  await aws.clock.settle();
};

const describeSecret = () => client.send(new DescribeSecretCommand({ SecretId: NAME }));

function inspect(): InspectedSecret {
  const [secret] = service.secrets();
  if (!secret) throw new Error('there is no secret');
  return secret;
}

const labels = (): Record<string, readonly string[]> =>
  Object.fromEntries(inspect().versions.map((version) => [version.id, [...version.labels].sort()]));

const eventNames = (): unknown[] =>
  events.filter(({ detail }) => 'eventName' in detail).map(({ detail }) => detail.eventName);

const failAt = (step: string): void => {
  const good = functions.run;
  functions.run = (call) => {
    if (call.Step === step) throw new Error(`${step} went wrong`);
    return good(call);
  };
};

describe('a rotation', () => {
  it('answers at once, with an announced version that has no value yet', async () => {
    let atFirstCall: unknown;
    const good = functions.run;
    functions.run = (call) => {
      atFirstCall ??= inspect().versions.map(({ id, labels: own, value }) => [id, own, value !== undefined]);
      return good(call);
    };
    const answer = await rotate();
    expect(answer.VersionId).toBe(TOKEN);
    await aws.clock.settle();
    expect(atFirstCall).toEqual([
      [FIRST, ['AWSCURRENT'], true],
      [TOKEN, ['AWSPENDING'], false],
    ]);
  });

  it('has not called its function when the caller gets the answer', async () => {
    await ask('RotateSecret', {
      SecretId: NAME,
      ClientRequestToken: TOKEN,
      RotationLambdaARN: FUNCTION_ARN,
      RotationRules: RULES,
    });
    expect(functions.calls).toEqual([]);
    await aws.clock.settle();
    expect(functions.steps).toEqual(ALL_STEPS);
  });

  it('rejects reading the announced version until it is filled', async () => {
    const seen: unknown[] = [];
    functions.run = async ({ SecretId, ClientRequestToken }) => {
      const input = { SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' };
      await ask('GetSecretValue', input).catch((error) => seen.push(error.code));
    };
    await rotateAndSettle();
    expect(seen.at(0)).toBe('ResourceNotFoundException');
  });

  it('calls the four steps in order, as the service, with the full ARN, the token and a rotation token', async () => {
    await rotateAndSettle();
    expect(functions.steps).toEqual(ALL_STEPS);
    for (const call of functions.calls) {
      expect(call).toMatchObject({ SecretId: inspect().arn, ClientRequestToken: TOKEN });
      expect(call.RotationToken).toMatch(/^[a-zA-Z0-9-]{36,256}$/);
    }
    for (const caller of functions.callers) {
      expect(caller).toMatchObject({ principal: 'secretsmanager.amazonaws.com', accountId: ACCOUNT_ID });
    }
  });

  it('comes to its function for the secret, so that a permission may ask for account and secret', async () => {
    const asked: unknown[] = [];
    await aws.close();
    await setUp({ canInvoke: (...args) => asked.push(args) > 0 });
    await rotateAndSettle();
    expect(asked).toEqual([[FUNCTION_ARN, inspect().arn]]);
    expect(new Set(functions.callers.map(({ sourceArn }) => sourceArn))).toEqual(new Set([inspect().arn]));
  });

  it('does not start a step before the one before it has ended', async () => {
    let running = 0;
    let most = 0;
    const good = functions.run;
    functions.run = async (call) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      await good(call);
      running -= 1;
    };
    await rotateAndSettle();
    expect(most).toBe(1);
  });

  it('leaves AWSPENDING on the new current version, and is no rotation in progress for that', async () => {
    await rotateAndSettle();
    expect(labels()).toEqual({ [FIRST]: ['AWSPREVIOUS'], [TOKEN]: ['AWSCURRENT', 'AWSPENDING'] });
    await rotateAndSettle({ ClientRequestToken: OTHER });
    expect(labels()[OTHER]).toEqual(['AWSCURRENT', 'AWSPENDING']);
  });

  it('has succeeded as well when its function takes AWSPENDING off', async () => {
    const good = functions.run;
    functions.run = async (call) => {
      await good(call);
      if (call.Step !== 'finishSecret') return;
      await ask('UpdateSecretVersionStage', { SecretId: NAME, VersionStage: 'AWSPENDING', RemoveFromVersionId: TOKEN });
    };
    await rotateAndSettle();
    expect(eventNames()).toEqual(['RotationStarted', 'RotationSucceeded']);
    expect(labels()[TOKEN]).toEqual(['AWSCURRENT']);
  });

  // A bare request: the SDK always makes a token up.
  it('rejects a request without a token', async () => {
    const input = { SecretId: NAME, RotationLambdaARN: FUNCTION_ARN, RotationRules: RULES };
    await expect(ask('RotateSecret', input)).rejects.toMatchObject({ code: 'InvalidParameterException' });
    expect(inspect().rotationEnabled).toBe(false);
  });

  it('counts the put as the birth of the version, and notes when it succeeded', async () => {
    failAt('createSecret');
    await rotateAndSettle();
    functions.run = templateRotation(aws.account, roleSession('rotate'), () => 'made late');
    await aws.clock.advanceBy(MINUTE_MS);
    const then = new Date(START.getTime() + MINUTE_MS);
    expect(inspect().versions.at(-1)).toMatchObject({ id: TOKEN, createdAt: then });
    expect(await describeSecret()).toMatchObject({ RotationEnabled: true, LastRotatedDate: then });
  });

  it('asked for again under the same token does not run twice', async () => {
    await rotateAndSettle();
    await rotateAndSettle();
    expect(functions.steps).toEqual(ALL_STEPS);
  });

  it('tells of its start and success', async () => {
    await rotateAndSettle();
    expect(eventNames()).toEqual(['RotationStarted', 'RotationSucceeded']);
    expect(events.find(({ detail }) => detail.eventName === 'RotationSucceeded')).toMatchObject({
      detailType: 'AWS Service Event via CloudTrail',
      source: 'aws.secretsmanager',
      resources: [],
      detail: {
        eventType: 'AwsServiceEvent',
        requestID: `Rotation-${inspect().arn}-${TOKEN}`,
        additionalEventData: { SecretId: inspect().arn },
      },
    });
    expect(events.at(-1)?.detail).not.toHaveProperty('errorMessage');
  });

  it('that fails is told of with everything that AWS says of it, and nothing more', async () => {
    failAt('createSecret');
    await rotateAndSettle();
    const service = 'secretsmanager.amazonaws.com';
    expect(events.at(-1)).toEqual({
      detailType: 'AWS Service Event via CloudTrail',
      source: 'aws.secretsmanager',
      resources: [],
      detail: {
        eventVersion: '1.08',
        userIdentity: { accountId: ACCOUNT_ID, invokedBy: service },
        eventTime: '2026-09-24T06:11:00Z',
        eventSource: service,
        eventName: 'RotationFailed',
        awsRegion: REGION,
        sourceIPAddress: service,
        userAgent: service,
        errorMessage: `Error when executing lambda ${FUNCTION_ARN} during createSecret step`,
        requestParameters: null,
        responseElements: null,
        additionalEventData: { SecretId: inspect().arn },
        requestID: `Rotation-${inspect().arn}-${TOKEN}`,
        eventID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        readOnly: false,
        eventType: 'AwsServiceEvent',
        managementEvent: true,
        recipientAccountId: ACCOUNT_ID,
        eventCategory: 'Management',
      },
    });
  });

  const refusals = [
    {
      title: 'without a function',
      input: {},
      error: {
        name: 'InvalidRequestException',
        message: 'No Lambda rotation function ARN is associated with this secret.',
      },
    },
    {
      title: 'with two kinds of schedule',
      input: {
        RotationLambdaARN: FUNCTION_ARN,
        RotationRules: { AutomaticallyAfterDays: 30, ScheduleExpression: 'rate(30 days)' },
      },
      error: { name: 'InvalidParameterException' },
    },
  ];
  it.each(refusals)('rejects a request $title and leaves the secret as it was', async ({ input, error }) => {
    await expect(client.send(new RotateSecretCommand({ SecretId: NAME, ...input }))).rejects.toMatchObject(error);
    expect((await describeSecret()).RotationEnabled).toBeUndefined();
    expect(inspect().versions).toHaveLength(1);
  });

  it('rejects a function that Secrets Manager may not invoke', async () => {
    await aws.close();
    await setUp({ canInvoke: (functionArn) => functionArn !== FUNCTION_ARN });
    await expect(rotate()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    });
    expect((await describeSecret()).RotationEnabled).toBeUndefined();
  });

  it('rejects a secret without a value by name, since how AWS behaves there is not recorded', async () => {
    await ask('CreateSecret', { Name: 'empty' });
    await expect(rotate({ SecretId: 'empty' })).rejects.toMatchObject({ name: 'SandboxUnmodelled' });
  });
});

describe('a failed rotation', () => {
  it.each(ALL_STEPS)(
    'in %s stops there, is told of, and begins again from createSecret with the same token',
    async (step) => {
      const good = functions.run;
      failAt(step);
      await rotateAndSettle();
      const failed = functions.steps;
      expect(failed).toEqual(ALL_STEPS.slice(0, ALL_STEPS.indexOf(step) + 1));
      expect(events.at(-1)?.detail).toMatchObject({
        eventName: 'RotationFailed',
        errorMessage: `Error when executing lambda ${FUNCTION_ARN} during ${step} step`,
      });
      // The template's createSecret would put another value under the token, so put what is there.
      functions.run = (call) => (call.Step === 'createSecret' && failed.length > 1 ? undefined : good(call));
      await aws.clock.advanceBy(MINUTE_MS);
      expect(functions.steps).toEqual([...failed, ...ALL_STEPS]);
      expect(new Set(functions.calls.map((call) => call.ClientRequestToken))).toEqual(new Set([TOKEN]));
      expect(eventNames()).toEqual(['RotationStarted', 'RotationFailed', 'RotationSucceeded']);
    },
  );

  it('is repeated as often as configured, after the configured pauses, and then left pending', async () => {
    failAt('createSecret');
    await rotateAndSettle();
    await aws.clock.advanceBy(MINUTE_MS - 1);
    expect(functions.calls).toHaveLength(1);
    await aws.clock.advanceBy(1);
    expect(functions.calls).toHaveLength(2);
    await aws.clock.advanceBy(DAY_MS);
    expect(functions.calls).toHaveLength(3);
    expect(labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] });
  });

  it('that ends without AWSCURRENT on the new version has failed in finishSecret', async () => {
    functions.run = () => undefined;
    await rotateAndSettle();
    expect(events.at(-1)?.detail.errorMessage).toContain('during finishSecret step');
    expect((await describeSecret()).LastRotatedDate).toBeUndefined();
  });

  it('is not repeated once AWSPENDING was taken off its version', async () => {
    failAt('testSecret');
    await rotateAndSettle();
    await ask('UpdateSecretVersionStage', { SecretId: NAME, VersionStage: 'AWSPENDING', RemoveFromVersionId: TOKEN });
    await aws.clock.advanceBy(DAY_MS);
    expect(functions.calls).toHaveLength(3);
  });

  it('rejects another rotation until AWSPENDING is cleared', async () => {
    failAt('createSecret');
    await rotateAndSettle();
    await expect(rotate({ ClientRequestToken: OTHER })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    await ask('UpdateSecretVersionStage', { SecretId: NAME, VersionStage: 'AWSPENDING', RemoveFromVersionId: TOKEN });
    await expect(rotate({ ClientRequestToken: OTHER })).resolves.toMatchObject({ VersionId: OTHER });
    await aws.clock.settle();
  });

  it.each([
    { reattemptsWhenRefused: true, calls: 2 },
    { reattemptsWhenRefused: false, calls: 1 },
  ])('that is stuck runs again when another is refused: $reattemptsWhenRefused', async ({ calls, ...setting }) => {
    await aws.close();
    await setUp({ rotation: { retryDelaysMs: [], ...setting } });
    failAt('createSecret');
    await rotateAndSettle();
    await rotate({ ClientRequestToken: OTHER }).catch(() => undefined);
    await aws.clock.settle();
    expect(functions.calls.map((call) => call.ClientRequestToken)).toEqual(Array(calls).fill(TOKEN));
  });

  it('whose function cannot be invoked at all has failed like any other', async () => {
    aws.account.authorizeWith({
      authorize: ({ service: name }) => {
        if (name === 'lambda') throw new AwsError('TooManyRequestsException', 'slow down', 429);
      },
    });
    await rotateAndSettle();
    expect(eventNames()).toEqual(['RotationStarted', 'RotationFailed']);
  });
});

describe('a value put by hand', () => {
  it('during a rotation takes AWSPENDING away, ends the rotation and tells of it', async () => {
    failAt('testSecret');
    await rotateAndSettle();
    await ask('PutSecretValue', { SecretId: NAME, ClientRequestToken: OTHER, SecretString: 'by hand' });
    expect(labels()).toEqual({ [FIRST]: ['AWSPREVIOUS'], [TOKEN]: [], [OTHER]: ['AWSCURRENT'] });
    expect(eventNames().at(-1)).toBe('RotationAbandoned');
    await aws.clock.advanceBy(DAY_MS);
    expect(functions.steps).toEqual(ALL_STEPS.slice(0, 3));
  });

  it('by UpdateSecret does the same', async () => {
    failAt('testSecret');
    await rotateAndSettle();
    await ask('UpdateSecret', { SecretId: NAME, ClientRequestToken: OTHER, SecretString: 'by hand' });
    expect(labels()[TOKEN]).toEqual([]);
    expect(eventNames().at(-1)).toBe('RotationAbandoned');
  });

  it('counts as a rotation for the next date, though not as the last one', async () => {
    await rotateAndSettle();
    await aws.clock.advanceBy(10 * DAY_MS);
    await ask('PutSecretValue', { SecretId: NAME, ClientRequestToken: OTHER, SecretString: 'by hand' });
    expect(await describeSecret()).toMatchObject({
      LastRotatedDate: START,
      NextRotationDate: new Date('2027-01-02T23:59:59Z'),
    });
  });

  it('abandons nothing when the last rotation left AWSPENDING on the current version', async () => {
    await rotateAndSettle();
    await ask('PutSecretValue', { SecretId: NAME, ClientRequestToken: OTHER, SecretString: 'by hand' });
    expect(eventNames()).not.toContain('RotationAbandoned');
  });
});

describe('a deferred rotation', () => {
  const defer = () => rotateAndSettle({ RotateImmediately: false });

  it('has a copy of the current value tested and nothing else', async () => {
    let tested: unknown;
    functions.run = async ({ SecretId, ClientRequestToken }) => {
      tested = await ask('GetSecretValue', { SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' });
    };
    await defer();
    expect(functions.steps).toEqual(['testSecret']);
    expect(tested).toMatchObject({ SecretString: 'one', VersionStages: ['AWSPENDING'] });
  });

  it('leaves the copy unlabelled and readable, and the date of the last rotation alone', async () => {
    await defer();
    expect(labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [TOKEN]: [] });
    expect(await ask('GetSecretValue', { SecretId: NAME, VersionId: TOKEN })).toMatchObject({ SecretString: 'one' });
    expect((await describeSecret()).LastRotatedDate).toBeUndefined();
  });

  it('leaves one more copy of the live value behind each time', async () => {
    await defer();
    await rotateAndSettle({ RotateImmediately: false, ClientRequestToken: OTHER });
    expect(inspect().versions.map(({ value }) => value)).toEqual(Array(3).fill({ kind: 'text', text: 'one' }));
  });

  it('has not called its function when the caller gets the answer', async () => {
    const input = { SecretId: NAME, ClientRequestToken: TOKEN, RotationLambdaARN: FUNCTION_ARN, RotationRules: RULES };
    await ask('RotateSecret', { ...input, RotateImmediately: false });
    expect(functions.calls).toEqual([]);
    await aws.clock.settle();
    expect(functions.steps).toEqual(['testSecret']);
  });

  it('sets the schedule', async () => {
    await defer();
    expect(await describeSecret()).toMatchObject({ RotationEnabled: true, RotationLambdaARN: FUNCTION_ARN });
  });

  it('tells of a failed test, and has cleared the label all the same', async () => {
    failAt('testSecret');
    await defer();
    expect(eventNames()).toEqual(['TestRotationFailed']);
    expect(labels()[TOKEN]).toEqual([]);
  });
});

describe('a schedule as read back', () => {
  const cases = [
    {
      title: 'a number of days',
      rules: { AutomaticallyAfterDays: 30 },
      next: '2026-10-24T23:59:59Z',
      read: { AutomaticallyAfterDays: 30 },
    },
    {
      title: 'a rate in days',
      rules: { ScheduleExpression: 'rate(30 days)' },
      next: '2026-10-24T23:59:59Z',
      read: { ScheduleExpression: 'rate(30 days)' },
    },
    {
      title: 'a monthly cron with a window of one hour',
      rules: { ScheduleExpression: 'cron(0 0 1 * ? *)', Duration: '1h' },
      next: '2026-10-01T00:59:59Z',
      read: { ScheduleExpression: 'cron(0 0 1 * ? *)', Duration: '1h', AutomaticallyAfterDays: 7 },
    },
    {
      title: 'a rate in hours without a window of its own',
      rules: { ScheduleExpression: 'rate(4 hours)' },
      next: '2026-09-24T08:59:59Z',
      read: { ScheduleExpression: 'rate(4 hours)' },
    },
  ];
  it.each(cases)('has its next date a second before the end of the window: $title', async ({ rules, next, read }) => {
    await rotateAndSettle({ RotationRules: rules });
    expect(await describeSecret()).toMatchObject({ NextRotationDate: new Date(next), RotationRules: read });
  });
});

describe('a schedule that is changed without a rotation', () => {
  const change = (RotationRules: RotateSecretCommandInput['RotationRules']) =>
    rotateAndSettle({ ClientRequestToken: OTHER, RotateImmediately: false, RotationRules });

  const rotationsUntil = async (time: string): Promise<readonly string[]> => {
    const before = functions.calls.length;
    await aws.clock.advanceTo(new Date(time));
    return functions.calls.slice(before).flatMap(({ Step }) => (Step === 'createSecret' ? [Step] : []));
  };

  beforeEach(() => rotateAndSettle({ RotationRules: { ScheduleExpression: 'rate(10 days)' } }));

  it('still has the rotation that was due next, where the new one is a rate', async () => {
    await change({ ScheduleExpression: 'rate(90 days)' });
    expect(await describeSecret()).toMatchObject({ NextRotationDate: new Date('2026-12-23T23:59:59Z') });
    expect(await rotationsUntil('2026-10-05T00:00:00Z')).toHaveLength(1);
    expect(await rotationsUntil('2026-12-01T00:00:00Z')).toHaveLength(0);
  });

  it('has it once, however often it is changed', async () => {
    await change({ ScheduleExpression: 'rate(90 days)' });
    await rotateAndSettle({ RotateImmediately: false, RotationRules: RULES, ClientRequestToken: FOURTH });
    expect(await rotationsUntil('2026-12-01T00:00:00Z')).toHaveLength(1);
  });

  it('has it no more once rotation is cancelled, however often it was changed', async () => {
    await change({ ScheduleExpression: 'rate(90 days)' });
    await rotateAndSettle({ RotateImmediately: false, RotationRules: RULES, ClientRequestToken: FOURTH });
    await client.send(new CancelRotateSecretCommand({ SecretId: NAME }));
    expect(await rotationsUntil('2027-03-01T00:00:00Z')).toHaveLength(0);
  });

  it('has it no more where the new one is a cron', async () => {
    await change({ ScheduleExpression: 'cron(0 0 1 12 ? *)' });
    expect(await rotationsUntil('2026-11-30T00:00:00Z')).toHaveLength(0);
  });

  it('has it no more after a rotation in between', async () => {
    await change({ ScheduleExpression: 'rate(90 days)' });
    await rotateAndSettle({ ClientRequestToken: FOURTH, RotationRules: RULES });
    expect(await rotationsUntil('2026-12-01T00:00:00Z')).toHaveLength(0);
  });

  it('has it no more where the sandbox is told so', async () => {
    await aws.close();
    await setUp({ rotation: { keepsDueRotation: false } });
    await rotateAndSettle({ RotationRules: { ScheduleExpression: 'rate(10 days)' } });
    await change({ ScheduleExpression: 'rate(90 days)' });
    expect(await rotationsUntil('2026-12-01T00:00:00Z')).toHaveLength(0);
  });
});

describe('cancelling', () => {
  const cancel = () => client.send(new CancelRotateSecretCommand({ SecretId: NAME }));

  it('succeeds on a secret that was never rotated', async () => {
    await cancel();
    expect((await describeSecret()).RotationEnabled).toBe(false);
  });

  it('keeps the settings, and drops the next date', async () => {
    await rotateAndSettle();
    await cancel();
    const described = await describeSecret();
    expect(described).toMatchObject({ RotationEnabled: false, RotationLambdaARN: FUNCTION_ARN, RotationRules: RULES });
    expect(described.NextRotationDate).toBeUndefined();
    await aws.clock.advanceBy(200 * DAY_MS);
    expect(functions.steps).toEqual(ALL_STEPS);
  });

  it('in the middle of a step lets it end, calls no further one and leaves the labels', async () => {
    const good = functions.run;
    functions.run = async (call) => {
      await good(call);
      if (call.Step === 'setSecret') await cancel();
    };
    await rotateAndSettle();
    await aws.clock.advanceBy(DAY_MS);
    expect(functions.steps).toEqual(['createSecret', 'setSecret']);
    expect(labels()).toEqual({ [FIRST]: ['AWSCURRENT'], [TOKEN]: ['AWSPENDING'] });
  });

  it('in the middle of a step that then fails is the end of it', async () => {
    functions.run = async () => {
      await cancel();
      throw new Error('too late');
    };
    await rotateAndSettle();
    await aws.clock.advanceBy(DAY_MS);
    expect(functions.steps).toEqual(['createSecret']);
    expect(eventNames()).toEqual(['RotationStarted']);
  });

  it('makes way for another rotation once the labels are mended', async () => {
    failAt('testSecret');
    await rotateAndSettle();
    await cancel();
    await ask('UpdateSecretVersionStage', { SecretId: NAME, VersionStage: 'AWSPENDING', RemoveFromVersionId: TOKEN });
    functions.run = templateRotation(aws.account, roleSession('rotate'), () => 'made anew');
    await rotateAndSettle({ ClientRequestToken: OTHER });
    expect(labels()[OTHER]).toEqual(['AWSCURRENT', 'AWSPENDING']);
  });

  it('is undone by a rotation that brings no settings of its own', async () => {
    await rotateAndSettle();
    await cancel();
    await client.send(new RotateSecretCommand({ SecretId: NAME, RotateImmediately: false }));
    await aws.clock.settle();
    expect(await describeSecret()).toMatchObject({ RotationEnabled: true, RotationRules: RULES });
  });
});

describe('a scheduled rotation', () => {
  it('happens by itself within its window, at an instant that the seed decides', async () => {
    await rotateAndSettle();
    const instants: Date[] = [];
    const good = functions.run;
    functions.run = (call) => {
      if (call.Step === 'createSecret') instants.push(aws.clock.now());
      return good(call);
    };
    await aws.clock.advanceTo(new Date('2027-06-30T00:00:00Z'));
    const [first, second] = instants;
    expect(first?.toISOString()).toMatch(/^2026-12-23T/);
    // Ninety days after the day of the one before.
    expect(second?.toISOString()).toMatch(/^2027-03-23T/);
    expect(instants).toHaveLength(3);
    expect(first?.getTime() === second?.getTime()).toBe(false);
  });

  it('that fails for good leaves its date in the past until one succeeds', async () => {
    await rotateAndSettle();
    const good = functions.run;
    failAt('createSecret');
    await aws.clock.advanceTo(new Date('2026-12-25T00:00:00Z'));
    expect((await describeSecret()).NextRotationDate).toEqual(new Date('2026-12-23T23:59:59Z'));
    functions.run = good;
    await aws.clock.advanceTo(new Date('2027-03-25T00:00:00Z'));
    expect((await describeSecret()).NextRotationDate?.getTime()).toBeGreaterThan(aws.clock.now().getTime());
  });

  it('that finds no room for its label fails without stopping the clock', async () => {
    await rotateAndSettle();
    await ask('UpdateSecretVersionStage', { SecretId: NAME, VersionStage: 'AWSPENDING', RemoveFromVersionId: TOKEN });
    for (let index = 0; index < 18; index += 1) {
      await ask('UpdateSecretVersionStage', { SecretId: NAME, VersionStage: `L${index}`, MoveToVersionId: TOKEN });
    }
    await aws.clock.advanceTo(new Date('2026-12-25T00:00:00Z'));
    expect(eventNames().at(-1)).toBe('RotationFailed');
  });

  it('leaves a rotation alone that waits to be repeated', async () => {
    await aws.close();
    await setUp({ rotation: { retryDelaysMs: [100 * DAY_MS] } });
    failAt('createSecret');
    await rotateAndSettle();
    await aws.clock.advanceBy(100 * DAY_MS - 1);
    expect(functions.calls).toHaveLength(1);
    await aws.clock.advanceBy(1);
    expect(functions.calls).toHaveLength(2);
  });

  it('does not happen to a deleted secret', async () => {
    await rotateAndSettle();
    await ask('DeleteSecret', { SecretId: NAME });
    await aws.clock.advanceBy(100 * DAY_MS);
    expect(functions.steps).toEqual(ALL_STEPS);
  });
});
