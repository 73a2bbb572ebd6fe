import { CliWorld } from './cli-world';
import { inputOf, terminalWith } from './recording-io';

const DAY = '2026-11-20';

/** Where reads are behind, the reconciler may see a first key at its next run only. */
const PROMPT = true;
let world: CliWorld;

beforeEach(async () => {
  world = await CliWorld.create({ prompt: PROMPT, services: ['rag', 'rag-service', 'chat'] });
});

afterEach(() => world.dispose());

describe('claude-keys stage --missing', () => {
  it('names every key that is missing: a first one and a spare for each new service', async () => {
    const io = terminalWith();

    expect(await world.run(['stage', 'prod', '--missing'], io)).toBe(0);

    expect(namesIn(io.outLines)).toEqual([
      `prod-chat-${DAY}`,
      `prod-chat-${DAY}-2`,
      `prod-rag-${DAY}`,
      `prod-rag-${DAY}-2`,
      `prod-rag-service-${DAY}`,
      `prod-rag-service-${DAY}-2`,
    ]);
    expect(io.outLines[0]).toContain(`workspace ${world.workspaceId}`);
  });

  it('takes the keys in any order, and knows by its name which service each is for', async () => {
    const names = [`prod-rag-service-${DAY}`, `prod-chat-${DAY}-2`, `prod-rag-${DAY}`, `prod-chat-${DAY}`];
    const keys = [...names, `prod-rag-${DAY}-2`, `prod-rag-service-${DAY}-2`].map(makeKey);
    const io = terminalWith(...keys.map((key) => key.rawKey), 'never asked for');

    expect(await world.run(['stage', 'prod', '--missing'], io)).toBe(0);

    expect(io.prompts).toHaveLength(6);
    expect(io.outLines.at(-1)).toBe('Nothing is missing any more.');
    // Made at the same instant, either key of a service may become its first.
    expect([keys[0]?.id, keys[5]?.id]).toContain(world.currentKeyOf('rag-service'));
    expect([keys[2]?.id, keys[4]?.id]).toContain(world.currentKeyOf('rag'));
    expect(
      world
        .spares()
        .map((each) => each.split('/')[0])
        .sort(),
    ).toEqual(['chat', 'rag', 'rag-service']);
  });

  it('takes one key per line from standard input', async () => {
    const keys = [makeKey(`prod-chat-${DAY}`), makeKey(`prod-rag-${DAY}`)];
    const io = inputOf(`${keys[0]?.rawKey}\r\n\n  ${keys[1]?.rawKey}\n`);

    expect(await world.run(['stage', 'prod', '--missing'], io)).toBe(0);

    expect(world.currentKeyOf('chat')).toBe(keys[0]?.id);
    expect(world.currentKeyOf('rag')).toBe(keys[1]?.id);
    expect(io.outLines.at(-1)).toMatch(
      /^Still missing: chat \(1\), rag \(1\), rag-service \(2\)\. To go on, run this again/,
    );
  });

  it('stops at an empty entry, and goes on where it stopped when run again', async () => {
    const first = makeKey(`prod-chat-${DAY}`);
    await world.run(['stage', 'prod', '--missing'], terminalWith(first.rawKey, ' ', 'never asked for'));
    const io = terminalWith();

    await world.run(['stage', 'prod', '--missing'], io);

    expect(namesIn(io.outLines)).toEqual([
      `prod-chat-${DAY}-2`,
      `prod-rag-${DAY}`,
      `prod-rag-${DAY}-2`,
      `prod-rag-service-${DAY}`,
      `prod-rag-service-${DAY}-2`,
    ]);
  });

  it('marks a name that a key in the Console has already, as it was made but not staged', async () => {
    makeKey(`prod-rag-${DAY}`);
    const io = terminalWith();

    await world.run(['stage', 'prod', '--missing'], io);

    expect(io.outLines.find((line) => line.includes(`prod-rag-${DAY} `))).toContain('(exists; if its text is lost');
    expect(io.outLines.filter((line) => line.includes('exists'))).toHaveLength(1);
  });

  it('says so when nothing is missing, and asks for no key', async () => {
    await world.dispose();
    world = await CliWorld.create({ prompt: PROMPT, services: [] });
    const io = terminalWith('never asked for');

    expect(await world.run(['stage', 'prod', '--missing'], io)).toBe(0);

    expect(io.outLines).toEqual(['Nothing is missing: every service of prod has the keys it needs.']);
    expect(io.prompts).toEqual([]);
  });
});

describe('claude-keys stage --missing with bad keys', () => {
  it('rejects each for itself, keeps the good ones, and fails since something is still missing', async () => {
    const good = makeKey(`prod-rag-${DAY}`);
    const personal = world.createKey({ name: `prod-chat-${DAY}`, owner: 'user' });
    const elsewhere = world.createKey({ name: `prod-chat-${DAY}`, workspaceId: world.claude.addWorkspace() });
    const nameless = makeKey('made by hand');
    const stranger = makeKey(`prod-gone-${DAY}`);
    const texts = [
      'no key',
      personal.rawKey,
      elsewhere.rawKey,
      good.rawKey,
      nameless.rawKey,
      stranger.rawKey,
      good.rawKey,
    ];
    const io = inputOf(texts.join('\n'));

    expect(await world.run(['stage', 'prod', '--missing'], io)).toBe(1);

    expect(io.errLines.map((line) => /^error (\w+):/.exec(line)?.[1])).toEqual([
      'KeyMalformed',
      'KeyIsPersonal',
      'KeyInWrongWorkspace',
      'UnknownService',
      'UnknownService',
      'KeyAlreadyStaged',
    ]);
    expect(io.errLines[3]).toContain('"made by hand" names no service');
    expect(io.errLines[4]).toContain('names "gone", which is not registered in prod');
    expect(world.currentKeyOf('rag')).toBe(good.id);
    expect(world.currentKeyOf('chat')).toBeUndefined();
  });

  it('rejects the whole run where keys cannot be told apart, after naming them', async () => {
    await world.dispose();
    world = await CliWorld.create({ prompt: PROMPT, issuerAccess: 'manual' });
    const before = world.state();
    const io = terminalWith('never asked for');

    expect(await world.run(['stage', 'prod', '--missing'], io)).toBe(2);

    expect(namesIn(io.outLines)).toEqual([`prod-rag-${DAY}`, `prod-rag-${DAY}-2`]);
    expect(io.errLines[0]).toMatch(/^error BadRequest: .*one by one: claude-keys stage prod <service> --name <name>/);
    expect(io.prompts).toEqual([]);
    expect(world.state()).toBe(before);
  });
});

const makeKey = (name: string) => world.createKey({ name });

/** The key names that a run printed, one per indented line. */
const namesIn = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => /^ {2}(\S+)/.exec(line)?.[1] ?? []);
