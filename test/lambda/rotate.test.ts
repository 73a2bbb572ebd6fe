import { AWS_CURRENT, AWS_PREVIOUS, keyLabel } from '../../lib/contract/labels';
import { PLACEHOLDER } from '../../lib/contract/placeholder';
import { TAGS } from '../../lib/contract/tags';
import { RAG, World } from '../support/world';

const MINUTE_MS = 60_000;
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

describe('the rotate function', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.deploy();
  });
  afterEach(() => world.dispose());

  /** Puts a rotation in progress without running any step, as Secrets Manager does before it calls the function. */
  const announce = async (): Promise<string> => {
    const token = world.sandbox.random.uuid();
    world.failAws('lambda', 'Invoke', 1);
    await world.secretsManager('RotateSecret', { SecretId: world.secretName(), ClientRequestToken: token });
    await world.sandbox.settle();
    await world.untilSeen();
    return token;
  };

  const step = async (name: string, token: string): Promise<Record<string, unknown>> => {
    const secret = world.sandbox.secretsManager.secrets().find((each) => each.name === world.secretName());
    const event = { Step: name, SecretId: secret?.arn, ClientRequestToken: token, RotationToken: 'x'.repeat(36) };
    const answer = await world.sandbox.account.call(
      'lambda',
      'Invoke',
      { FunctionName: 'claude-keys-prod-rotate', Payload: JSON.stringify(event) },
      world.sandbox.account.administrator,
    );
    await world.untilSeen();
    return answer.FunctionError ? (JSON.parse(String(answer.Payload)) as Record<string, unknown>) : {};
  };

  it('makes the staged key current, takes it off the shelf, and tells people about it in tags', async () => {
    const first = await world.stageAndRotate();

    expect(world.current()).toBe(first.id);
    expect(Object.values(world.labels())).toEqual([[AWS_PREVIOUS], [AWS_CURRENT, keyLabel(first.id)]]);
    expect(world.spares()).toEqual([]);
    const tags = world.sandbox.secretsManager.secrets().find(({ name }) => name === world.secretName())?.tags;
    expect(tags?.get(TAGS.keyName)).toBe('prod-rag-service-2026-03-02');
  });

  it('keeps the old key, labelled, when it replaces it', async () => {
    const first = await world.stageAndRotate();
    const second = await world.stageAndRotate();

    expect(world.current()).toBe(second.id);
    expect(world.labelsOf(first.id)).toEqual([AWS_PREVIOUS, keyLabel(first.id)]);
    expect(world.statusOf(first.id)).toBe('active');
  });

  it('takes the oldest spare', async () => {
    const oldest = await world.stage();
    await world.sandbox.advance(MINUTE_MS);
    const newest = await world.stage();
    await world.rotate();

    expect(world.current()).toBe(oldest.id);
    expect(world.spares()).toEqual([newest.id]);
  });

  it.each(['inactive', 'archived'] as const)('passes over a spare that was %s', async (status) => {
    const dead = await world.stage();
    await world.sandbox.advance(MINUTE_MS);
    const good = await world.stage();
    world.sandbox.claude.setStatus(dead.id, status);
    await world.sandbox.advance(MINUTE_MS);
    await world.rotate();

    expect(world.current()).toBe(good.id);
    expect(world.logLines('spare-passed-over')).toMatchObject([{ keyId: dead.id, verdict: 'dead' }]);
  });

  it('passes over a spare of another workspace', async () => {
    const elsewhere = world.sandbox.claude.addWorkspace();
    await world.stage(RAG, { workspaceId: elsewhere });
    await world.rotate();

    expect(world.current()).toBe(PLACEHOLDER);
    expect(world.logLines('spare-passed-over')[0]).toMatchObject({ verdict: 'misplaced' });
  });

  it('fails without a spare, and changes nothing but the announced version', async () => {
    await world.rotate();

    expect(world.current()).toBe(PLACEHOLDER);
    expect(world.logLines('step-failed')).toContainEqual(
      expect.objectContaining({ step: 'createSecret', code: 'NoSpare' }),
    );
  });

  it.each([
    ['a rate limit', { status: 429, type: 'rate_limit_error' }],
    ['an outage', { status: 529, type: 'overloaded_error' }],
    ['a spend limit', { status: 400, type: 'invalid_request_error' }],
  ])('keeps the spare through %s, and uses it when Secrets Manager tries again', async (_what, { status, type }) => {
    const spare = await world.stage();
    world.sandbox.claude.faults.push({ path: '/v1/models', times: 100, answer: { status, type } });
    await world.rotate();
    expect(world.current()).toBe(PLACEHOLDER);
    expect(world.spares()).toEqual([spare.id]);
    expect(world.logLines('step-failed')).toContainEqual(expect.objectContaining({ code: 'IssuerUnclear' }));
    world.sandbox.claude.faults.length = 0;

    await world.sandbox.advance(60 * MINUTE_MS);
    expect(world.current()).toBe(spare.id);
  });

  it('rejects a key that dies between the steps, keeps the old one, and takes the next spare the next time', async () => {
    const first = await world.stageAndRotate();
    const dying = await world.stage();
    const token = await announce();
    await step('createSecret', token);
    world.sandbox.claude.setStatus(dying.id, 'inactive');
    await world.sandbox.advance(10_000);

    expect(await step('testSecret', token)).toMatchObject({
      errorMessage: expect.stringContaining('refuses the new key'),
    });
    expect(world.pending()).toBeUndefined();
    expect(world.current()).toBe(first.id);

    const next = await world.stage();
    await world.rotate();
    expect(world.current()).toBe(next.id);
  });

  it.each(STEPS)('does %s twice as it does it once', async (repeated) => {
    const first = await world.stageAndRotate();
    await world.stage();
    const token = await announce();
    for (const name of STEPS) {
      expect(await step(name, token)).toEqual({});
      if (name === repeated) expect(await step(name, token)).toEqual({});
    }

    expect(world.current()).not.toBe(first.id);
    expect(world.pending()).toBeUndefined();
    expect(world.spares()).toEqual([]);
    expect(world.sandbox.claude.keys()).toHaveLength(2);
  });

  it('keeps the key that createSecret has put, even when the step comes again and another spare looks better', async () => {
    const taken = await world.stage();
    const token = await announce();
    await step('createSecret', token);
    world.sandbox.claude.setStatus(taken.id, 'inactive');
    await world.sandbox.advance(10_000);
    await world.stage();

    expect(await step('createSecret', token)).toEqual({});
    expect(world.pending()).toBe(taken.id);
  });

  it('is tried again by Secrets Manager when Lambda has no place for a step', async () => {
    const { concurrency } = world.sandbox.aws.lambda;
    const spare = await world.stage();
    concurrency.accountLimit = 0;
    await world.rotate();
    expect(world.current()).toBe(PLACEHOLDER);

    concurrency.accountLimit = 1_000;
    await world.sandbox.advance(60 * MINUTE_MS);
    expect(world.current()).toBe(spare.id);
  });

  it('rejects a step of a rotation that was replaced', async () => {
    await world.stageAndRotate();
    expect(await step('createSecret', world.sandbox.random.uuid())).toMatchObject({
      errorMessage: expect.stringContaining('is not pending'),
    });
  });

  it('rejects a step it does not know, and a step while rotation is off', async () => {
    const first = await world.stageAndRotate();
    const token = Object.entries(world.labels()).find(([, labels]) => labels.includes(keyLabel(first.id)))?.[0] ?? '';
    expect(await step('create_secret', token)).toMatchObject({
      errorMessage: expect.stringContaining('no rotation step'),
    });
    await world.secretsManager('CancelRotateSecret', { SecretId: world.secretName() });
    await world.untilSeen();
    expect(await step('createSecret', token)).toMatchObject({
      errorMessage: expect.stringContaining('rotation is off'),
    });
  });

  it('passes a test rotation with the placeholder and with a live key', async () => {
    const testRotation = async () => {
      const input = {
        SecretId: world.secretName(),
        ClientRequestToken: world.sandbox.random.uuid(),
        RotateImmediately: false,
      };
      await world.secretsManager('RotateSecret', input);
      await world.sandbox.settle();
    };
    await testRotation();
    const first = await world.stageAndRotate();
    await testRotation();

    expect(world.logLines('step-failed')).toEqual([]);
    expect(world.current()).toBe(first.id);
    expect(world.pending()).toBeUndefined();
  });

  it('takes a spare off the shelf that an earlier finishSecret left there, and never uses it again', async () => {
    const first = await world.stage();
    world.failAws('ssm', 'DeleteParameter', 9);
    await world.rotate();
    world.sandbox.faults.clear();
    expect(world.current()).toBe(first.id);
    expect(world.spares()).toEqual([first.id]);

    const second = await world.stageAndRotate();
    expect(world.current()).toBe(second.id);
    expect(world.spares()).toEqual([]);
  });
});
