import { csvReview, markdownReview } from '../../lib/cli/review';
import type { ReviewResult } from '../../lib/contract/reconciler-protocol';
import { CliWorld } from './cli-world';
import { inputOf } from './recording-io';

const NAME = 'prod-rag-2026-11-20';

describe('claude-keys report', () => {
  let world: CliWorld;
  beforeEach(async () => {
    world = await CliWorld.create();
  });
  afterEach(() => world.dispose());

  it('prints a review of services and keys as Markdown', async () => {
    const [current] = await world.stagedTwice('rag');
    const io = inputOf('');
    expect(await world.run(['report', 'prod'], io)).toBe(0);
    const text = io.outLines.join('\n');
    expect(text).toMatch(/^# Claude keys of prod, \d{4}-\d{2}-\d{2}$/m);
    expect(text).toMatch(/^\| rag \| \S+ \| 0 \| 0 \| none \| 0 \| 1 of 1 \|/m);
    expect(text).toContain(`| rag | ${current} | ${NAME} | active |`);
  });

  it('prints a line per key as CSV', async () => {
    const [current] = await world.stagedTwice('rag');
    const io = inputOf('');
    expect(await world.run(['report', 'prod', '--format', 'csv'], io)).toBe(0);
    const [head, ...lines] = io.outLines.join('\n').split('\n');
    expect(head).toBe('environment,owner,service,key,name,state,created,current since,expires,last use,conditions');
    expect(lines.find((line) => line.includes(`${current}`))).toMatch(/^prod,.*,rag,/);
  });

  it('rejects a format that it does not have', async () => {
    const io = inputOf('');
    expect(await world.run(['report', 'prod', '--format', 'pdf'], io)).toBe(2);
    expect(io.errLines.join('\n')).toContain('--format is markdown or csv');
  });
});

const resultWith = (name: string): ReviewResult => ({
  now: '2026-11-20T00:00:00.000Z',
  services: [
    {
      service: 'rag',
      owner: 'team',
      registered: true,
      hasKey: true,
      keys: [
        {
          keyId: 'k1',
          name,
          state: 'active',
          createdAt: null,
          currentSince: null,
          expiresAt: null,
          lastUsedAt: null,
        },
      ],
      spares: 0,
      sparesAtLeast: 1,
      nextRotationAt: null,
      pausedUntil: null,
      conditions: ['no-spare'],
    },
  ],
  figures: [],
  unknownKeys: null,
});

describe('the review', () => {
  it('calls what it does not know unknown', () => {
    const text = markdownReview('prod', resultWith('a key'));
    expect(text).toMatch(/^# Claude keys of prod, 2026-11-20\n/);
    expect(text).toContain('| rag | team | unknown | unknown |');
    expect(text).toContain('- rag: no-spare');
    expect(text).toContain('keys of nobody are unknown');
  });

  it('lets no name change the table or become a formula', () => {
    expect(markdownReview('prod', resultWith('a | b'))).toContain('a \\| b');
    expect(csvReview('prod', resultWith('=1+1'))).toContain("'=1+1");
    expect(csvReview('prod', resultWith('a,"b"'))).toContain('"a,""b"""');
  });
});
