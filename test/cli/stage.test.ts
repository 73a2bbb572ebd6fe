import { spareParameterName } from '../../lib/contract/names';
import { AwsError } from '../../sandbox/aws/service';
import type { CreateKeyRequest } from '../../sandbox/claude/console-key';
import { CliWorld } from './cli-world';
import { inputOf, terminalWith } from './recording-io';

const DAY_MS = 86_400_000;
const NAME = 'prod-rag-2026-11-20';

/** Where reads are behind, the reconciler may see a first key at its next run only. */
const PROMPT = true;
let world: CliWorld;

beforeEach(async () => {
  world = await CliWorld.create({ prompt: PROMPT, services: ['rag', 'chat'] });
});

afterEach(() => world.dispose());

describe('claude-keys stage', () => {
  it('makes the first staged key current, and asks for a spare', async () => {
    const key = world.createKey({ name: NAME });
    const io = terminalWith(key.rawKey);

    expect(await world.run(['stage', 'prod', 'rag'], io)).toBe(0);

    expect(world.currentKeyOf('rag')).toBe(key.id);
    expect(world.spares()).toEqual([]);
    expect(io.outLines[0]).toBe(`Staged ${NAME} (${key.id}) as a spare of rag.`);
    expect(io.outLines.at(-1)).toMatch(/^The first rotation makes this key current.* Next: stage one more key/);
  });

  it('keeps the second key as the spare, and asks for nothing more', async () => {
    await world.stage('rag', NAME);
    const spare = world.createKey({ name: `${NAME}-2` });
    const io = terminalWith(spare.rawKey);

    expect(await world.run(['stage', 'prod', 'rag'], io)).toBe(0);

    expect(world.spares()).toEqual([`rag/${spare.id}`]);
    expect(io.outLines.at(-1)).toBe('Next: nothing, rag has all the keys it needs.');
  });

  it('writes the spare encrypted, with all that is known of its key', async () => {
    await world.stage('rag', NAME);
    const expiresAt = new Date(world.clock.now().getTime() + 100 * DAY_MS);
    const key = await world.stage('rag', `${NAME}-2`, { expiresAt });

    const parameter = world.ssm.parameters().find(({ name }) => name === spareParameterName('prod', 'rag', key.id));
    expect(parameter?.type).toBe('SecureString');
    expect(JSON.parse(parameter?.value ?? '')).toEqual({
      apiKey: key.rawKey,
      keyId: key.id,
      keyName: `${NAME}-2`,
      createdAt: world.clock.now().toISOString(),
      expiresAt: expiresAt.toISOString(),
      stagedAt: world.clock.now().toISOString(),
    });
  });

  it('tells a person at a terminal under which name and in which workspace to create the key, and asks hidden', async () => {
    const io = terminalWith();

    await world.run(['stage', 'prod', 'rag'], io);

    expect(io.errLines[0]).toContain(`named ${NAME} in the Claude Console, workspace ${world.workspaceId}`);
    expect(io.prompts).toEqual(['Key for rag (hidden):']);
  });

  it('takes the key from standard input, with space and line ends around it', async () => {
    const key = world.createKey({ name: NAME });

    expect(await world.run(['stage', 'prod', 'rag'], inputOf(`\r\n  ${key.rawKey} \n\n`))).toBe(0);
    expect(world.currentKeyOf('rag')).toBe(key.id);
  });

  it('keeps the spare when the reconciler cannot be asked, and says when it will be seen', async () => {
    const key = world.createKey({ name: NAME });
    denyInvocations('"reconcile"');
    const io = terminalWith(key.rawKey);

    expect(await world.run(['stage', 'prod', 'rag'], io)).toBe(0);

    expect(world.spares()).toEqual([`rag/${key.id}`]);
    expect(io.errLines.at(-1)).toMatch(/^note: the reconciler could not be asked now \(AccessDenied.*every 15 minutes/);
  });

  it('never shows a key, or any part of it beyond the hint', async () => {
    const key = world.createKey({ name: NAME });
    const io = terminalWith(key.rawKey);

    await world.run(['stage', 'prod', 'rag'], io);

    for (let start = 16; start + 8 <= key.rawKey.length; start += 8) {
      expect(io.everything()).not.toContain(key.rawKey.slice(start, start + 8));
    }
  });
});

describe('claude-keys stage with a bad key', () => {
  it("rejects a key that expires too soon by the reconciler's time, whatever the machine's clock says", async () => {
    const io = inputOf(fresh({ expiresAt: inDays(60) }));

    expect(await world.runBehind(['stage', 'prod', 'rag'], io, 70 * DAY_MS)).toBe(2);

    expect(io.errLines[0]).toContain('error KeyExpiresTooSoon');
  });

  it.each<[string, string, () => string | Promise<string>, string]>([
    [
      'a key of another workspace',
      'KeyInWrongWorkspace',
      () => fresh({ workspaceId: world.claude.addWorkspace() }),
      'Create the key in that workspace',
    ],
    ['a personal key in prod', 'KeyIsPersonal', () => fresh({ owner: 'user' }), 'acts as a person'],
    ['a key that expires too soon', 'KeyExpiresTooSoon', () => fresh({ expiresAt: inDays(91) }), '90 days of service'],
    ['a text that is no key', 'KeyMalformed', () => 'no key at all', '108 characters'],
    ['a key with its end cut off', 'KeyMalformed', () => fresh({}).slice(0, -1), '108 characters'],
    ['an admin key', 'KeyMalformed', () => world.claude.createAdminKey().rawKey, 'an admin key will not do'],
    ['a dead key', 'KeyDead', deadKey, 'disabled, expired or deleted'],
    [
      'the key that is current',
      'KeyAlreadyStaged',
      async () => (await world.stage('rag', NAME)).rawKey,
      'is in use for rag',
    ],
    ['a key that waits as the spare', 'KeyAlreadyStaged', spareOfRag, 'waits as a spare for rag'],
    [
      'the key of another service',
      'KeyOfAnotherService',
      async () => (await world.stage('chat', 'prod-chat-2026-11-20')).rawKey,
      'is in use for chat',
    ],
    [
      'a key named for another service',
      'KeyOfAnotherService',
      () => fresh({ name: 'prod-chat-2026-11-20' }),
      'belongs to chat',
    ],
    ['a key whose hint another one has', 'KeyAmbiguous', twin, '2 active keys with the hint'],
    [
      'a key that the issuer lists without a hint',
      'KeyNotListed',
      () => fresh({ hint: 'none' }),
      'no active key with the hint',
    ],
    ['no text', 'BadRequest', () => '', 'no key was given'],
    ['two keys at once', 'BadRequest', () => `${fresh({})}\n${fresh({ name: 'two' })}`, '2 lines were given'],
  ])('rejects %s', async (_what, code, makeKey, said) => {
    const text = await makeKey();
    const before = world.state();
    const io = inputOf(text);

    expect(await world.run(['stage', 'prod', 'rag'], io)).toBe(2);

    expect(io.errLines).toEqual([expect.stringMatching(new RegExp(`^error ${code}: .*Nothing was staged$`))]);
    expect(io.errLines[0]).toContain(said);
    expect(io.outLines).toEqual([]);
    expect(world.state()).toBe(before);
  });

  it('rejects a key that the issuer cannot judge now as a failure, not as bad input', async () => {
    world.claude.faults.push({
      path: '/v1/models',
      times: 9,
      answer: { status: 429, headers: { 'x-should-retry': 'false' } },
    });
    const io = await world.refuse(['stage', 'prod', 'rag'], inputOf(fresh({})), 1);

    expect(io.errLines[0]).toMatch(/^error IssuerUnclear: /);
  });

  it('rejects a key that somebody stages for another service at the same moment', async () => {
    const key = world.createKey({ name: 'made by hand' });
    let raced = false;
    world.account.observe({
      before: async ({ operation }) => {
        if (operation !== 'PutParameter' || raced) return;
        raced = true;
        await world.call('ssm', 'PutParameter', {
          Name: spareParameterName('prod', 'chat', key.id),
          Type: 'String',
          Value: '{}',
          Overwrite: false,
        });
      },
    });
    const io = inputOf(key.rawKey);

    expect(await world.run(['stage', 'prod', 'rag'], io)).toBe(2);

    expect(io.errLines[0]).toMatch(/^error KeyOfAnotherService: .*staged for chat just now/);
    expect(world.spares()).toEqual([`chat/${key.id}`]);
  });
});

describe('claude-keys stage in the wrong place', () => {
  it('rejects an unknown environment before it asks for a key', async () => {
    const io = await world.refuse(['stage', 'staging', 'rag'], terminalWith(fresh({})), 2);

    expect(io.errLines[0]).toMatch(/^error UnknownEnvironment: no environment "staging".*eu-central-1.*AWS_PROFILE/);
    expect(io.prompts).toEqual([]);
  });

  it('rejects an unknown service before it asks for a key, and names those there are', async () => {
    const io = await world.refuse(['stage', 'prod', 'rga'], terminalWith(fresh({})), 2);

    expect(io.errLines[0]).toMatch(
      /^error UnknownService: no service "rga".*registered are chat, rag\. .*cdk deploy prod\/rga/,
    );
    expect(io.prompts).toEqual([]);
  });

  it('rejects credentials that AWS does not know', async () => {
    const io = terminalWith();
    const before = world.state();

    expect(await world.runWithoutCredentials(['stage', 'prod', 'rag'], io)).toBe(1);

    expect(io.errLines).toEqual([expect.stringMatching(/^error NoCredentials: .*AWS_PROFILE/)]);
    expect(world.state()).toBe(before);
  });

  it('rejects an operator who may not write spares, naming the call', async () => {
    deny((operation) => operation === 'PutParameter');
    const io = await world.refuse(['stage', 'prod', 'rag'], inputOf(fresh({})), 1);

    expect(io.errLines[0]).toMatch(/^error AccessDenied: .*ssm:PutParameter/);
  });
});

describe("claude-keys stage where the issuer's list cannot be read", () => {
  beforeEach(async () => {
    await world.dispose();
    world = await CliWorld.create({ prompt: PROMPT, issuerAccess: 'manual' });
  });

  it('goes by the conventional name, and says what was not checked', async () => {
    const key = world.createKey({ name: NAME });
    const io = terminalWith(key.rawKey);

    expect(await world.run(['stage', 'prod', 'rag'], io)).toBe(0);

    expect(world.currentKeyOf('rag')).toBe(NAME);
    expect(io.outLines[0]).toBe(`Staged ${NAME} as a spare of rag.`);
    expect(io.outLines.join('\n')).toContain('Note: Not checked:');
  });

  it('goes by --name for the second key of a day', async () => {
    await world.stage('rag', NAME);
    const spare = world.createKey({ name: `${NAME}-2` });

    expect(await world.run(['stage', 'prod', 'rag', '--name', `${NAME}-2`], inputOf(spare.rawKey))).toBe(0);
    expect(world.spares()).toEqual([`rag/${NAME}-2`]);
  });

  it('rejects a second key under the same name', async () => {
    await world.stage('rag', NAME);
    const io = await world.refuse(['stage', 'prod', 'rag'], inputOf(fresh({})), 2);

    expect(io.errLines[0]).toMatch(/^error KeyAlreadyStaged: .*--name/);
  });
});

function fresh(request: Partial<CreateKeyRequest>): string {
  return world.createKey({ name: NAME, ...request }).rawKey;
}

async function spareOfRag(): Promise<string> {
  const [, spare] = await world.stagedTwice('rag');
  return world.claude.rawKeyOf(spare);
}

async function deadKey(): Promise<string> {
  const key = world.createKey({ name: NAME });
  world.claude.setStatus(key.id, 'inactive');
  await world.clock.advanceBy(world.claude.settings.deactivationDelayMs);
  return key.rawKey;
}

function twin(): string {
  const first = world.createKey({ name: NAME });
  return fresh({ name: 'twin', hint: { like: first.id } });
}

const inDays = (days: number): Date => new Date(world.clock.now().getTime() + days * DAY_MS);

function deny(isDenied: (operation: string, input: string) => boolean): void {
  world.account.authorizeWith({
    authorize: ({ operation, input }) => {
      if (isDenied(operation, JSON.stringify(input)))
        throw new AwsError('AccessDeniedException', 'not authorized', 400);
    },
  });
}

const denyInvocations = (action: string): void =>
  deny((operation, input) => operation === 'Invoke' && input.includes(JSON.stringify(action).slice(1, -1)));
