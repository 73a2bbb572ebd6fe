import { CliWorld, type CliWorldOptions } from './cli-world';
import { inputOf, terminalWith } from './recording-io';

const DAY_MS = 24 * 3_600_000;

let world: CliWorld;
afterEach(() => world.dispose());

const statusOf = (keyId: string) => world.claude.keys().find(({ id }) => id === keyId)?.status;

/** A service whose first key serves, and has been doing so for a while. */
async function serving(options: CliWorldOptions = {}): Promise<readonly [current: string, spare: string]> {
  world = await CliWorld.create(options);
  return world.stagedTwice('rag');
}

describe('claude-keys rotate --leaked', () => {
  it('replaces the current key and disables it at once, within a minute', async () => {
    const [leaked, spare] = await serving();
    const started = world.clock.now().getTime();
    let disabledAt = Number.POSITIVE_INFINITY;
    const io = inputOf('');
    world.claude.settings.deactivationDelayMs = 0;
    world.account.observe({
      after: () => {
        if (statusOf(leaked) === 'inactive') disabledAt = Math.min(disabledAt, world.clock.now().getTime());
      },
    });

    expect(await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], io)).toBe(0);

    expect(statusOf(leaked)).toBe('inactive');
    expect(world.currentKeyOf('rag')).toBe(spare);
    expect(statusOf(spare)).toBe('active');
    expect(disabledAt - started).toBeLessThan(60_000);
    expect(io.outLines).toEqual([
      `Rotated: ${spare} is the current key of rag.`,
      expect.stringMatching(new RegExp(`^Disabled: ${leaked} is refused from now on.*Undo does not bring it back`)),
      expect.stringMatching(/Others may fail until they read it again: within 5 minutes/),
      'Next: stage another spare: claude-keys stage prod rag',
    ]);
    expect(io.errLines).toEqual([`If this is cut off, go on with: claude-keys rotate prod rag --leaked ${leaked}`]);
  });

  it('asks first, naming the service, the environment, the key and what will happen', async () => {
    const [leaked, spare] = await serving();
    const io = terminalWith('yes');

    expect(await world.run(['rotate', 'prod', 'rag', '--leaked'], io)).toBe(0);

    expect(io.prompts).toEqual(['Go on?']);
    const said = io.errLines.join('\n');
    expect(said).toContain(`rag in prod: the key ${leaked} has leaked`);
    expect(said).toMatch(/A spare replaces it.*is disabled: without overlap.*undo does not bring it back/s);
    expect(world.currentKeyOf('rag')).toBe(spare);
    expect(statusOf(leaked)).toBe('inactive');
  });

  it('goes on with a key that is not current any more without another rotation', async () => {
    const [leaked, spare] = await serving();
    await world.run(['rotate', 'prod', 'rag'], inputOf(''));
    const io = inputOf('');

    expect(await world.run(['rotate', 'prod', 'rag', '--leaked', leaked, '--yes'], io)).toBe(0);

    expect(statusOf(leaked)).toBe('inactive');
    expect(world.currentKeyOf('rag')).toBe(spare);
    expect(io.everything()).not.toContain('Rotated');
  });

  it('does not rotate when somebody else did while the operator was asked', async () => {
    const [leaked, spare] = await serving();
    await world.stage('rag', 'prod-rag-2026-11-20-3');
    const rotateMeanwhile = async () => (await world.run(['rotate', 'prod', 'rag'], inputOf(''))) === 0;
    const io = { ...terminalWith(), confirm: rotateMeanwhile };

    expect(await world.run(['rotate', 'prod', 'rag', '--leaked'], io)).toBe(0);

    expect(statusOf(leaked)).toBe('inactive');
    expect(world.currentKeyOf('rag')).toBe(spare);
    expect(world.spares()).toHaveLength(1);
  });

  it.each([1, 2, 3])(
    'tries again while the reconciler is shown what was before, at its look number %i',
    async (behind) => {
      let looks = 0;
      let isReconciler = false;
      const choose = (hidden: number) => (isReconciler && looks === behind ? 0 : hidden);
      const [leaked, spare] = await serving({ consistency: { lagMs: 30_000, listLagMs: 0, choose } });
      await world.clock.advanceBy(60_000);
      let isReplaced = false;
      world.account.observe({
        before: ({ operation, caller }) => {
          isReplaced ||= world.currentKeyOf('rag') === spare;
          isReconciler = operation === 'DescribeSecret' && isReplaced && caller.principal.includes('reconcile');
          if (isReconciler) looks += 1;
        },
      });

      expect(await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''))).toBe(0);

      expect(looks).toBeGreaterThan(3);
      expect([statusOf(leaked), statusOf(spare), world.currentKeyOf('rag')]).toEqual(['inactive', 'active', spare]);
    },
  );

  it('may be run again when all is done', async () => {
    const [leaked, spare] = await serving();
    await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''));

    expect(await world.run(['rotate', 'prod', 'rag', '--leaked', leaked, '--yes'], inputOf(''))).toBe(0);

    expect(statusOf(leaked)).toBe('inactive');
    expect([world.currentKeyOf('rag'), statusOf(spare)]).toEqual([spare, 'active']);
  });

  it('takes the current key once the last rotation is long over', async () => {
    const [former, current] = await serving();
    await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''));
    await world.stage('rag', 'prod-rag-2026-11-20-3');
    await world.clock.advanceBy(DAY_MS);

    expect(await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''))).toBe(0);

    expect([statusOf(former), statusOf(current)]).toEqual(['inactive', 'inactive']);
    expect(statusOf(world.currentKeyOf('rag') ?? '')).toBe('active');
  });

  it('is not brought back by undo', async () => {
    const [leaked, spare] = await serving();
    await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''));

    const { errLines } = await world.refuse(['undo', 'prod', 'rag'], inputOf(''), 1);

    expect(errLines[0]).toBe(
      `error UndoImpossible: cannot undo the last rotation of "rag": its former key ${leaked} was revoked, since it has leaked; stage another one and rotate`,
    );
    expect([world.currentKeyOf('rag'), statusOf(leaked)]).toEqual([spare, 'inactive']);
  });
});

describe('claude-keys rotate --leaked when it cannot', () => {
  it('rejects a service without a spare, changes nothing, and says what to do', async () => {
    world = await CliWorld.create();
    const { id } = await world.stage('rag', 'prod-rag-2026-11-20');

    const { errLines } = await world.refuse(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''), 1);

    expect(errLines).toEqual([
      `${id} may still be accepted. To go on: claude-keys rotate prod rag --leaked ${id}`,
      expect.stringMatching(/^error NoSpare: rag has no spare.*claude-keys stage prod rag\. Nothing was changed$/),
    ]);
  });

  it('rejects the plain command after a rotation, since it may be the second try, and names both keys', async () => {
    const [former, current] = await serving();
    await world.run(['rotate', 'prod', 'rag'], inputOf(''));
    await world.stage('rag', 'prod-rag-2026-11-20-3');

    const { errLines } = await world.refuse(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''), 2);

    expect(errLines[0]).toMatch(
      new RegExp(
        `^error BadRequest: which key of rag has leaked.*${former}, ${current} \\(current\\).*--leaked <keyId>`,
      ),
    );
  });

  it('rejects the same when it has come to its end a moment ago', async () => {
    await serving();
    await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''));
    await world.stage('rag', 'prod-rag-2026-11-20-3');

    await world.refuse(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''), 2);
  });

  it.each(['no', 'y', undefined])('rejects when the answer is %j', async (said) => {
    await serving();
    const answers = said === undefined ? [] : [said];

    const { errLines } = await world.refuse(['rotate', 'prod', 'rag', '--leaked'], terminalWith(...answers), 2);

    expect(errLines.at(-1)).toBe('error BadRequest: not confirmed. Nothing was changed');
  });

  it('rejects without a terminal and without --yes', async () => {
    await serving();

    const { errLines } = await world.refuse(['rotate', 'prod', 'rag', '--leaked'], inputOf('yes'), 2);

    expect(errLines).toEqual(['error BadRequest: there is no terminal to ask at: add --yes. Nothing was changed']);
  });

  it('rejects a key of another service, a spare, and a key that nobody knows', async () => {
    world = await CliWorld.create({ services: ['rag', 'chat'] });
    const [, spare] = await world.stagedTwice('rag');
    const { id: foreign } = await world.stage('chat', 'prod-chat-2026-11-20');

    for (const keyId of [foreign, spare, 'apikey_0000']) {
      const { errLines } = await world.refuse(['rotate', 'prod', 'rag', '--leaked', keyId, '--yes'], inputOf(''), 2);
      expect(errLines[0]).toMatch(new RegExp(`^error KeyNotHeld: rag holds no key ${keyId}\\..*Nothing was changed$`));
    }
  });

  it('rejects a service that waits for its first key', async () => {
    world = await CliWorld.create();

    const { errLines } = await world.refuse(['rotate', 'prod', 'rag', '--leaked', '--yes'], inputOf(''), 2);

    expect(errLines[0]).toMatch(/^error KeyNotHeld: rag has no current key/);
  });

  it('says how to go on when the new key is rejected', async () => {
    const [leaked] = await serving();
    let asked = 0;
    world.account.observe({
      after: ({ operation }) => {
        if (operation !== 'PutSecretValue' || asked++ > 0) return;
        world.claude.faults.push({ path: '/v1/models', times: 1, answer: { status: 401 } });
      },
    });
    const io = inputOf('');

    expect(await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], io)).toBe(1);

    expect(io.errLines.slice(-2)).toEqual([
      `${leaked} may still be accepted. To go on: claude-keys rotate prod rag --leaked ${leaked}`,
      expect.stringMatching(/^error RotationDidNotComplete: /),
    ]);
    expect([world.currentKeyOf('rag'), statusOf(leaked)]).toEqual([leaked, 'active']);
  });
});

describe('claude-keys rotate --leaked where people look after the keys', () => {
  it('rotates, says which key to disable, and is done once that key is refused', async () => {
    world = await CliWorld.create({ issuerAccess: 'manual' });
    const first = world.createKey({ name: 'rag-1' });
    const second = world.createKey({ name: 'rag-2' });
    await world.run(['stage', 'prod', 'rag', '--name', 'rag-1'], inputOf(first.rawKey));
    await world.run(['stage', 'prod', 'rag', '--name', 'rag-2'], inputOf(second.rawKey));
    const io = inputOf('');

    expect(await world.run(['rotate', 'prod', 'rag', '--leaked', '--yes'], io)).toBe(1);

    expect(world.currentKeyOf('rag')).toBe('rag-2');
    expect(io.errLines.join('\n')).toMatch(
      /Not disabled: in prod only a person can\. Disable the key rag-1 in the Claude Console now.*claude-keys rotate prod rag --leaked rag-1/,
    );
    expect(statusOf(first.id)).toBe('active');

    world.claude.settings.deactivationDelayMs = 0;
    world.claude.setStatus(first.id, 'inactive');
    expect(await world.run(['rotate', 'prod', 'rag', '--leaked', 'rag-1', '--yes'], inputOf(''))).toBe(0);
    expect(world.currentKeyOf('rag')).toBe('rag-2');
  });
});
