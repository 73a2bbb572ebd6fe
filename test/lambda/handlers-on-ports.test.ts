import { handlerOn as reconcileHandlerOn } from '../../lambda/reconcile/handler';
import { isOfCloudTrail, isScheduled, requestIn } from '../../lambda/reconcile/request';
import { handlerOn as rotateHandlerOn } from '../../lambda/rotate/handler';
import { requestIn as rotateRequestIn } from '../../lambda/rotate/request';
import type { ReconcileSettings } from '../../lambda/settings';
import { AWS_CURRENT, AWS_PENDING, keyLabel, retiringLabel } from '../../lib/contract/labels';
import { HOME } from '../../sandbox/simulation/schedules/memory/issuer';
import { CoreWorld } from '../core/core-world';
import { Told } from '../core/monitoring/told';
import { days, noonPlus } from '../support/observations';

let world: CoreWorld;
beforeEach(() => {
  world = new CoreWorld();
});

describe('the rotate handler', () => {
  const handle = (event: unknown) =>
    rotateHandlerOn({ ...world.ports, wait: async () => undefined }, { environment: 'prod', ...HOME })(event);
  const event = (Step: string) => ({ Step, SecretId: world.secret.arn, ClientRequestToken: 'v1', RotationToken: 'x' });

  it('performs the step that Secrets Manager asks for, and says so', async () => {
    const { id } = world.spare();
    world.announce();
    expect(await handle(event('createSecret'))).toBeUndefined();
    expect(world.labels('v1')).toEqual([AWS_PENDING, keyLabel(id)].sort());
    expect(world.notes.at(-1)).toEqual(['step-done', { step: 'createSecret', secret: world.secret.arn }]);
  });

  it('fails with the step, and says which and why', async () => {
    world.announce();
    await expect(handle(event('createSecret'))).rejects.toMatchObject({ code: 'NoSpare' });
    const [name, fields] = world.notes.at(-1) ?? [];
    expect(name).toBe('step-failed');
    expect(fields).toEqual({
      step: 'createSecret',
      secret: world.secret.arn,
      code: 'NoSpare',
      error: expect.stringContaining('no usable spare for "rag"'),
    });
  });

  it('says of an error that is not ours that nobody expected it', async () => {
    world.announce();
    world.fail('spares.list', new TypeError('of undefined'));
    await expect(handle(event('createSecret'))).rejects.toThrow(TypeError);
    expect(world.notes.at(-1)).toMatchObject(['step-failed', { code: 'unexpected', error: 'of undefined' }]);
  });

  it.each([
    [{ Step: 'createSecret', SecretId: 'arn', ClientRequestToken: '' }, 'BadRequest'],
    [{ Step: 'createSecret', SecretId: '', ClientRequestToken: 'v1' }, 'BadRequest'],
    [{ Step: 'createSecret', SecretId: 7, ClientRequestToken: 'v1' }, 'BadRequest'],
    [{ Step: 'createSecret', SecretId: 'arn', ClientRequestToken: 7 }, 'BadRequest'],
    [{ Step: 'dropSecret', SecretId: 'arn', ClientRequestToken: 'v1' }, 'UnknownStep'],
    [null, 'UnknownStep'],
    ['createSecret', 'UnknownStep'],
  ])('rejects %j before anything else', async (bad, code) => {
    await expect(handle(bad)).rejects.toMatchObject({ code });
    expect(world.calls).toEqual([]);
  });

  it('says which steps there are, and what an event has to name', () => {
    expect(() => rotateRequestIn({})).toThrow('createSecret, setSecret, testSecret, finishSecret');
    expect(() => rotateRequestIn({ Step: 'setSecret' })).toThrow('the event names no secret or no token');
    const whole = { Step: 'setSecret', SecretId: 'arn', ClientRequestToken: 'v1' };
    expect(rotateRequestIn(whole)).toEqual({ step: 'setSecret', secretArn: 'arn', token: 'v1' });
  });
});

describe('the reconcile handler', () => {
  const settings: ReconcileSettings = {
    environment: 'prod',
    ...HOME,
    issuerAccess: 'adminKey',
    warningTopicArn: 'action',
    criticalTopicArn: 'critical',
    timeZone: 'UTC',
    allowPersonalKeys: false,
    serviceMetrics: false,
    runbookUrl: 'docs/runbook.md',
    untold: new Set(),
  };
  const handle = (event: unknown, changes = {}) =>
    reconcileHandlerOn({ ...world.reconcilerPorts, ...changes }, settings)(event);
  const read = {
    'detail-type': 'AWS API Call via CloudTrail',
    detail: {
      eventName: 'GetSecretValue',
      errorCode: 'AccessDenied',
      requestParameters: { secretId: 'prod/claude/rag/key' },
      userIdentity: { arn: 'arn:aws:iam::111111111111:role/someone' },
    },
  };

  it('runs over everything when its schedule says so', async () => {
    world.spare();
    const answer = await handle({ source: 'aws.events' });
    expect(answer).toMatchObject({ ok: true, result: { actions: ['rag: started a rotation (first-key)'] } });
    expect(world.calls).toContain('figures.publish');
  });

  it('fails with a scheduled run, so that its alarm notices', async () => {
    world.fail('directory.list');
    await expect(handle({})).rejects.toMatchObject({ code: 'AwsFailed' });
  });

  it('tells of a read of a secret, and runs over nothing', async () => {
    const told = new Told();
    expect(await handle(read, { messages: told, monitoring: { memory: told } })).toEqual({ ok: true, result: {} });
    expect(told.subjects).toEqual(['WARNING secret-read-refused: rag (prod)']);
    expect(world.calls).toEqual([]);
  });

  it('fails when nobody could be told of a read, so that the event comes again', async () => {
    const told = new Told();
    told.failing = 'send';
    await expect(handle(read, { messages: told, monitoring: { memory: told } })).rejects.toMatchObject({
      code: 'AwsFailed',
    });
  });

  it('leaves an event of a read alone that concerns no key', async () => {
    const other = { ...read, detail: { ...read.detail, requestParameters: { secretId: 'prod/database' } } };
    expect(await handle(other)).toEqual({ ok: true, result: {} });
    expect(world.notes).toEqual([]);
  });

  it('answers what the CLI asks', async () => {
    world.current();
    world.spare();
    expect(await handle({ action: 'status' })).toMatchObject({ ok: true, result: { services: [{ service: 'rag' }] } });
    expect(await handle({ action: 'status', service: 'rag' })).toMatchObject({ result: { services: [{}] } });
    expect(await handle({ action: 'issuer-keys' })).toMatchObject({ ok: true, result: { known: true } });
    expect(await handle({ action: 'review' })).toMatchObject({ ok: true, result: { unknownKeys: [] } });
    expect(world.calls).not.toContain('figures.publish');
  });

  it('reconciles one service or all, as it is asked', async () => {
    world.spare();
    const started = { ok: true, result: { actions: ['rag: started a rotation (first-key)'] } };
    expect(await handle({ action: 'reconcile', service: 'rag' })).toMatchObject(started);
    expect(world.calls).not.toContain('registry.list');
    world.calls.length = 0;
    expect(await handle({ action: 'reconcile' })).toMatchObject({ ok: true, result: { actions: [] } });
    expect(world.calls).toContain('registry.list');
  });

  it('undoes', async () => {
    const { id } = world.hold(AWS_CURRENT, retiringLabel(noonPlus(-days(1))));
    world.current();
    const answer = await handle({ action: 'undo', service: 'rag' });
    expect(answer).toMatchObject({ ok: true, result: { restoredKey: id } });
  });

  it('revokes', async () => {
    const { id: keyId } = world.hold(AWS_CURRENT);
    world.current();
    const answer = await handle({ action: 'revoke', service: 'rag', keyId });
    expect(answer).toEqual({ ok: true, result: { service: 'rag', keyId, disabled: true } });
    expect(world.issuer.key(keyId)?.status).toBe('inactive');
  });

  it('answers an error of ours with its code and its message', async () => {
    expect(await handle({ action: 'undo', service: 'rag' })).toEqual({
      ok: false,
      error: { code: 'NothingToUndo', message: expect.stringContaining('"rag" has no retired key') },
    });
    expect(await handle({ action: 'erase' })).toMatchObject({ ok: false, error: { code: 'BadRequest' } });
  });

  it('fails with an error that is not ours', async () => {
    world.fail('registry.list', new TypeError('of undefined'));
    await expect(handle({ action: 'status' })).rejects.toThrow(TypeError);
  });
});

describe('an event of the reconcile function', () => {
  it('comes from the schedule when it asks for nothing', () => {
    expect([{}, { source: 'aws.events' }].map(isScheduled)).toEqual([true, true]);
    expect([{ action: 'status' }, { action: null }, null, [], 'text'].map(isScheduled)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('comes from CloudTrail when it is called so', () => {
    expect(isOfCloudTrail({ 'detail-type': 'AWS API Call via CloudTrail' })).toBe(true);
    expect(isOfCloudTrail({ 'detail-type': 'Scheduled Event' })).toBe(false);
    expect([null, 'text', undefined].map(isOfCloudTrail)).toEqual([false, false, false]);
  });

  it.each<object>([
    { action: 'reconcile' },
    { action: 'reconcile', service: 'rag' },
    { action: 'status' },
    { action: 'status', service: 'rag' },
    { action: 'issuer-keys' },
    { action: 'review' },
    { action: 'undo', service: 'x'.repeat(100) },
    { action: 'revoke', service: 'rag', keyId: 'k'.repeat(100) },
  ])('is read as it is: %j', (event) => {
    expect(requestIn({ ...event, more: 'than that' })).toEqual(event);
  });

  it.each([['x'.repeat(101)], ['a/b'], ['a b'], [' a'], ['']])('rejects the service %j', (service) => {
    expect(() => requestIn({ action: 'status', service })).toThrow('the request names no service');
  });

  it.each([['x'.repeat(101)], ['a/b'], ['a b'], [''], [undefined], [7]])('rejects the key %j', (keyId) => {
    expect(() => requestIn({ action: 'revoke', service: 'rag', keyId })).toThrow('the request names no key');
  });

  it('rejects an action that there is not, by naming those that there are', () => {
    expect(() => requestIn({ action: 'erase' })).toThrow(
      'allowed are reconcile, status, review, issuer-keys, undo and revoke',
    );
    expect(() => requestIn([])).toThrow('unknown action');
  });
});
