import { AWS_CURRENT, keyLabel } from '../../lib/contract/labels';
import { registrationParameterName } from '../../lib/contract/names';
import { PLACEHOLDER } from '../../lib/contract/placeholder';
import type { Sandbox } from '../../sandbox/sandbox';
import { EVENTUAL, LAG_MS } from '../support/deployed-sandbox';
import { RAG, World } from '../support/world';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const alarmsIn = (sandbox: Sandbox): readonly string[] =>
  sandbox.cloudWatch
    .alarms()
    .filter(({ state }) => state === 'ALARM')
    .map(({ definition }) => definition.name.replace('claude-keys-prod-', ''));

/** One use of a key, as the issuer sees it. */
const use = (world: World, keyId: string): void => world.sandbox.claude.recordUse(keyId);

const isRotationOn = (world: World): boolean | undefined =>
  world.sandbox.secretsManager.secrets().find(({ name }) => name === world.secretName())?.rotationEnabled;

describe('the reconciler', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.deploy();
  });
  afterEach(() => world.dispose());

  it('leaves a first deployment alone: no rotation, no failure, no message', async () => {
    await world.sandbox.advance(2 * DAY_MS);

    expect(world.current()).toBe(PLACEHOLDER);
    expect(alarmsIn(world.sandbox)).toEqual([]);
    expect(world.sandbox.aws.sns.messages()).toEqual([]);
    expect(world.logLines('step-failed')).toEqual([]);
  });

  it('makes the first staged key current at its next run', async () => {
    const first = await world.stage();
    await world.sandbox.advance(15 * MINUTE_MS);
    await world.untilTriedAgain();
    expect(world.current()).toBe(first.id);
  });

  describe('retiring an old key', () => {
    const replaced = async () => {
      const old = await world.stageAndRotate();
      await world.stageAndRotate();
      await world.reconcile();
      world.work();
      return old;
    };

    it('disables it once the overlap is over and it is idle, archives it after the undo window, and forgets it', async () => {
      const old = await replaced();
      await world.sandbox.advance(48 * HOUR_MS - 15 * MINUTE_MS);
      expect(world.statusOf(old.id)).toBe('active');
      await world.sandbox.advance(30 * MINUTE_MS);
      expect(world.statusOf(old.id)).toBe('inactive');

      await world.sleep(14 * DAY_MS - HOUR_MS);
      expect(world.statusOf(old.id)).toBe('inactive');
      await world.sandbox.advance(2 * HOUR_MS);
      expect(world.statusOf(old.id)).toBe('archived');
      expect(world.labelsOf(old.id)).toBeUndefined();
    });

    it('keeps it while a consumer still uses it, and tells at the deadline', async () => {
      const old = await replaced();
      for (let day = 0; day < 8; day++) {
        use(world, old.id);
        await world.sandbox.advance(DAY_MS - HOUR_MS);
        use(world, old.id);
        await world.sandbox.advance(HOUR_MS);
      }
      expect(world.statusOf(old.id)).toBe('active');
      expect(alarmsIn(world.sandbox)).toContain('retirement-overdue');

      await world.sandbox.advance(2 * DAY_MS);
      expect(world.statusOf(old.id)).toBe('inactive');
      expect(alarmsIn(world.sandbox)).not.toContain('retirement-overdue');
    });

    it('takes five days of silence, where the service does not work at all', async () => {
      const old = await world.stageAndRotate();
      await world.stageAndRotate();
      await world.reconcile();
      await world.sandbox.advance(5 * DAY_MS - 15 * MINUTE_MS);
      expect(world.statusOf(old.id)).toBe('active');
      await world.sandbox.advance(DAY_MS);
      expect(world.statusOf(old.id)).toBe('inactive');
      expect(alarmsIn(world.sandbox)).not.toContain('retirement-overdue');
    });

    it.each([
      ['stands still', (sandbox: Sandbox) => (sandbox.claude.settings.analyticsStalledAt = sandbox.clock.now())],
      ['does not say how fresh it is', (sandbox: Sandbox) => (sandbox.claude.settings.analyticsStatesRefresh = false)],
      [
        'fails',
        (sandbox: Sandbox) =>
          sandbox.claude.faults.push({
            path: /analytics/,
            times: 10_000,
            answer: { status: 400, type: 'invalid_request_error' },
          }),
      ],
    ])('keeps it while the usage report %s', async (_what, spoil) => {
      const old = await replaced();
      spoil(world.sandbox);
      await world.sandbox.advance(5 * DAY_MS);
      expect(world.statusOf(old.id)).toBe('active');
    });

    it('writes down that it will disable a key before it asks the issuer to', async () => {
      const old = await replaced();
      world.sandbox.claude.faults.push({ method: 'POST', path: /api_keys/, times: 100, answer: { status: 400 } });
      await world.sandbox.advance(48 * HOUR_MS + 15 * MINUTE_MS);
      expect(world.statusOf(old.id)).toBe('active');
      expect(world.labelsOf(old.id)).toContainEqual(expect.stringMatching(/^DISABLING-/));

      world.sandbox.claude.faults.length = 0;
      await world.sandbox.advance(15 * MINUTE_MS);
      expect(world.statusOf(old.id)).toBe('inactive');
    });

    it('brings a key back, in the same run, that was made current while it was being disabled', async () => {
      const old = await replaced();
      const secret = world.secretName();
      const versionOf = (label: string) =>
        Object.entries(world.labels()).find(([, labels]) => labels.includes(label))?.[0];
      let moved = false;
      const { claude } = world.sandbox;
      const original = claude.setStatus.bind(claude);
      // Somebody moves AWSCURRENT by hand in the very moment between our look and our call.
      claude.setStatus = (id, status) => {
        if (!moved && id === old.id && status === 'inactive') {
          moved = true;
          void world.secretsManagerByHand('UpdateSecretVersionStage', {
            SecretId: secret,
            VersionStage: AWS_CURRENT,
            RemoveFromVersionId: versionOf(AWS_CURRENT),
            MoveToVersionId: versionOf(keyLabel(old.id)),
          });
        }
        original(id, status);
      };
      for (let run = 0; run < 300 && !moved; run++) await world.sandbox.advance(15 * MINUTE_MS);

      expect(moved).toBe(true);
      // A run that is shown where the label was leaves it to the next one.
      if (EVENTUAL) await world.sandbox.advance(15 * MINUTE_MS);
      expect(world.current()).toBe(old.id);
      expect(world.statusOf(old.id)).toBe('active');
      expect(world.labelsOf(old.id)).not.toContainEqual(expect.stringMatching(/^DISABLING-/));
    });
  });

  it('replaces a current key that somebody disabled, and tells when there is nothing to replace it by', async () => {
    const leaked = await world.stageAndRotate();
    world.sandbox.claude.setStatus(leaked.id, 'inactive');
    await world.sandbox.advance(30 * MINUTE_MS);
    expect(alarmsIn(world.sandbox)).toContain('current-key-dead');

    const fresh = await world.stage();
    await world.sandbox.advance(HOUR_MS);
    expect(world.current()).toBe(fresh.id);
    expect(alarmsIn(world.sandbox)).not.toContain('current-key-dead');
  });

  it('replaces a current key a week before it expires', async () => {
    const expiresAt = new Date(world.sandbox.clock.now().getTime() + 30 * DAY_MS);
    const expiring = await world.stage(RAG, { expiresAt });
    await world.rotate();
    const lasting = await world.stage();
    await world.sleep(22 * DAY_MS);
    expect(world.current()).toBe(expiring.id);
    await world.sleep(2 * DAY_MS);
    await world.untilTriedAgain();
    expect(world.current()).toBe(lasting.id);
  });

  it('discards a spare that is too old, so that its key does not lie about', async () => {
    await world.stageAndRotate();
    const first = await world.stage();
    await world.sandbox.advance(HOUR_MS);
    const spare = await world.stage();
    await world.sleep(99 * DAY_MS);
    expect(world.current()).toBe(first.id);
    expect(world.spares()).toEqual([spare.id]);
    await world.sleep(2 * DAY_MS);
    expect(world.spares()).toEqual([]);
    expect(world.statusOf(spare.id)).toBe('inactive');
    await world.sandbox.advance(7 * HOUR_MS);
    expect(alarmsIn(world.sandbox)).toContain('no-spare');
    const unknown = world.sandbox.cloudWatch.alarm('claude-keys-prod-unknown-key');
    expect(unknown?.history.filter(({ to }) => to === 'ALARM')).toEqual([]);
  });

  it('gives up a rotation that is stuck after four hours, tells, and loses no spare', async () => {
    const current = await world.stageAndRotate();
    const spare = await world.stage();
    world.sandbox.claude.faults.push({ path: '/v1/models', times: 1000, answer: { status: 500 } });
    await world.rotate();
    await world.sandbox.advance(2 * HOUR_MS);
    expect(alarmsIn(world.sandbox)).toContain('rotation-failed');
    await world.sandbox.advance(3 * HOUR_MS);
    expect(world.current()).toBe(current.id);
    expect(world.pending()).toBeUndefined();
    expect(world.spares()).toEqual([spare.id]);

    world.sandbox.claude.faults.length = 0;
    await world.rotate();
    expect(world.current()).toBe(spare.id);
  });

  it('makes up for a scheduled rotation that did not happen', async () => {
    const current = await world.stageAndRotate();
    await world.sleep(80 * DAY_MS);
    await world.stage();
    world.failAws('lambda', 'Invoke', Number.MAX_SAFE_INTEGER);
    await world.sandbox.advance(6 * DAY_MS);
    expect(world.current()).toBe(current.id);

    world.sandbox.faults.clear();
    await world.sandbox.advance(2 * DAY_MS);
    expect(world.current()).not.toBe(current.id);
  });

  it('tells of a key that nobody owns, a day after it was made', async () => {
    const { claude, settings } = world.sandbox;
    claude.createKey({ workspaceId: settings.workspaceId, name: 'somebody-s-experiment' });
    await world.sandbox.advance(23 * HOUR_MS);
    expect(alarmsIn(world.sandbox)).toEqual([]);
    await world.sandbox.advance(2 * HOUR_MS);
    expect(alarmsIn(world.sandbox)).toEqual(['unknown-key']);
    expect(world.logLines('unknown-key').at(-1)).toMatchObject({ name: 'somebody-s-experiment' });
  });

  it('goes on rotating when the admin key is refused, and tells', async () => {
    await world.stageAndRotate();
    world.sandbox.claude.faults.push({
      path: /organizations/,
      times: 100_000,
      answer: { status: 401, type: 'authentication_error' },
    });
    await world.sandbox.advance(HOUR_MS);
    expect(alarmsIn(world.sandbox)).toContain('admin-access-failing');
    const next = await world.stageAndRotate();
    expect(world.current()).toBe(next.id);
  });

  it('is missed when it is silent, but not before it ever ran', async () => {
    const silent = () =>
      world.sandbox.cloudWatch
        .alarm('claude-keys-prod-reconciler-silent')
        ?.history.filter(({ to }) => to === 'INSUFFICIENT_DATA').length;
    await world.sandbox.advance(HOUR_MS);
    expect(silent()).toBe(0);
    world.failAws('lambda', 'Invoke', 100_000);
    await world.sandbox.advance(3 * HOUR_MS);
    expect(silent()).toBe(1);
    expect(world.sandbox.aws.sns.messages().map(({ topicArn }) => topicArn.split(':').at(-1))).toContain(
      'claude-keys-prod-critical',
    );
  });

  it('retires the keys of a service that was removed, its current key only when it is idle', async () => {
    const key = await world.stageAndRotate();
    const Name = registrationParameterName('prod', RAG);
    await world.sandbox.account.call('ssm', 'DeleteParameter', { Name }, world.sandbox.account.administrator);
    for (let day = 0; day < 3; day++) {
      use(world, key.id);
      await world.sandbox.advance(DAY_MS);
    }
    expect(world.current()).toBe(key.id);
    await world.sandbox.advance(6 * DAY_MS);
    expect(world.current()).toBe(PLACEHOLDER);
    expect(world.statusOf(key.id)).toBe('inactive');
    await world.sleep(15 * DAY_MS);
    expect(world.statusOf(key.id)).toBe('archived');
  });

  describe('undo', () => {
    it('makes a disabled key current again and pauses rotation for a week, after which a spare replaces it', async () => {
      const old = await world.stageAndRotate();
      const replacing = await world.stageAndRotate();
      world.work();
      await world.sandbox.advance(3 * DAY_MS);
      expect(world.statusOf(old.id)).toBe('inactive');

      const answer = await world.reconcile({ action: 'undo', service: RAG });
      expect(answer).toMatchObject({ ok: true, result: { restoredKey: old.id, replacedKey: replacing.id } });
      expect(world.current()).toBe(old.id);
      expect(world.statusOf(old.id)).toBe('active');
      await world.stage();
      await world.sandbox.advance(3 * DAY_MS);
      expect(world.current()).toBe(old.id);
      expect(world.statusOf(replacing.id)).toBe('inactive');
      await world.sleep(4 * DAY_MS - LAG_MS - 1);
      expect(isRotationOn(world)).toBe(false);

      await world.sandbox.advance(HOUR_MS);
      expect(isRotationOn(world)).toBe(true);
      expect(world.current()).not.toBe(old.id);
    });

    it('rejects when there is nothing to undo, when it was undone already, and when the key is gone for good', async () => {
      const undo = () => world.reconcile({ action: 'undo', service: RAG });
      await world.stageAndRotate();
      expect(await undo()).toMatchObject({ ok: false, error: { code: 'NothingToUndo' } });
      const second = await world.stageAndRotate();
      expect(await undo()).toMatchObject({ ok: true });
      await world.untilSeen();
      expect(await undo()).toMatchObject({ ok: false, error: { code: 'NothingToUndo' } });
      world.sandbox.claude.setStatus(second.id, 'archived');
      await world.rotate();
      expect(world.current()).not.toBe(second.id);
    });

    it('rejects a service it does not know', async () => {
      const answer = await world.reconcile({ action: 'undo', service: 'nobody' });
      expect(answer).toMatchObject({ ok: false, error: { code: 'UnknownService' } });
    });
  });
});

describe('the reconciler where a person administers the issuer', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.deploy('dev');
  });
  afterEach(() => world.dispose());

  it('reads no key before a person was asked to disable it', async () => {
    await world.stageAndRotate();
    await world.stageAndRotate();
    const reads: string[] = [];
    world.sandbox.account.observe({
      before: ({ operation, caller }) => {
        if (operation === 'GetSecretValue' && caller.principal.includes('reconcile')) reads.push(operation);
      },
    });
    await world.sandbox.advance(2 * HOUR_MS);
    expect(reads).toEqual([]);
    await world.sandbox.advance(3 * HOUR_MS);
    expect(reads).not.toEqual([]);
  });

  it('asks a person to disable an old key, once, and sees when that is done', async () => {
    const old = await world.stageAndRotate();
    await world.stageAndRotate();
    await world.sandbox.advance(5 * HOUR_MS);
    const asked = world.sandbox.aws.sns
      .messages()
      .filter(({ subject }) => subject?.startsWith('Disable an old Claude key'));
    expect(asked).toHaveLength(1);
    expect(asked[0]?.text).toContain(old.id);
    expect(world.statusOf(old.id)).toBe('active');

    world.sandbox.claude.setStatus(old.id, 'inactive');
    await world.sleep(8 * DAY_MS);
    expect(world.labelsOf(old.id)).toBeUndefined();
  });

  it('cannot undo before the person has enabled the old key again', async () => {
    const old = await world.stageAndRotate();
    await world.stageAndRotate();
    world.sandbox.claude.setStatus(old.id, 'inactive');
    await world.sandbox.advance(MINUTE_MS);
    expect(await world.reconcile({ action: 'undo', service: RAG })).toMatchObject({
      error: { code: 'UndoImpossible' },
    });
    world.sandbox.claude.setStatus(old.id, 'active');
    expect(await world.reconcile({ action: 'undo', service: RAG })).toMatchObject({ ok: true });
    expect(world.current()).toBe(old.id);
  });
});
