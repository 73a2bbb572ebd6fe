import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { secretName } from '../../lib/contract/names';
import { Sandbox } from '../../sandbox/sandbox';
import type { Life } from '../../sandbox/story/lives';
import { type MainJobResult, runMainJob } from '../../sandbox/story/main-job';
import { lifePage } from '../../sandbox/story/page';
import { countDisabled, isSound, type Summary, summaryLines } from '../../sandbox/story/summary';
import { ASSEMBLY, CONSISTENCY } from '../support/deployed-sandbox';
import { runTs } from './processes';
import { scratchFolder } from './scratch-folder';

const DAY_MS = 24 * 3_600_000;
const DAYS = 5;
const BEATS_PER_DAY = 144;
const ROTATED = 'rag-service';

/** What a story told, line by line. */
class Listener {
  readonly lines: string[] = [];
  tell(_at: Date, text: string): void {
    this.lines.push(text);
  }
  progress(): void {}
  end(): void {}
}

/** Five days with the bundles in workers. On the second, somebody in the AWS console rotates one key ahead of its time. */
async function fiveDays() {
  const sandbox = await Sandbox.create({ assembly: ASSEMBLY, stage: 'prod', ...CONSISTENCY });
  const { account, clock, random } = sandbox;
  const input = { SecretId: secretName('prod', ROTATED), ClientRequestToken: random.uuid() };
  clock.after(DAY_MS, 'a rotation by hand', () =>
    account.call('secretsmanager', 'RotateSecret', input, account.administrator),
  );
  const listener = new Listener();
  const result = await runMainJob({ sandbox, days: DAYS, narrator: listener });
  await sandbox.dispose();
  return { result, lines: listener.lines };
}

const stagesOf = ({ spans }: Life): readonly string[] => spans.map(({ stage }) => stage);

describe('the main job', () => {
  let result: MainJobResult;
  let lines: readonly string[];
  beforeAll(async () => {
    ({ result, lines } = await fiveDays());
  });

  it('sums up what happened', () => {
    expect(result.summary).toEqual({
      environment: 'prod',
      seed: 1,
      virtualDays: DAYS,
      services: 3,
      rotations: 1,
      retirements: 1,
      discardedSpares: 0,
      requests: 3 * BEATS_PER_DAY * DAYS,
      failedRequests: 0,
      failures: [],
      keys: { active: 3, spare: 3, disabled: 1 },
      alarms: [{ name: 'claude-keys-prod-no-spare', at: expect.any(Date) }],
      invariantsChecked: 4 * (BEATS_PER_DAY * DAYS + 2) + 1,
      violations: [],
      awsCalls: expect.any(Number),
    });
    expect(result.summary.awsCalls).toBeGreaterThan(1000);
    expect(isSound(result.summary)).toBe(true);
    expect(result.end.getTime() - result.start.getTime()).toBeGreaterThanOrEqual(DAYS * DAY_MS);
  });

  it('follows every key through its stages, without a gap', () => {
    const lives = result.lives.map(stagesOf);

    expect(lives.filter((stages) => stages.includes('disabled'))).toEqual([
      expect.arrayContaining(['active', 'overlap', 'disabled']),
    ]);
    expect(result.lives).toHaveLength(7);
    for (const { spans } of result.lives) {
      const joints = spans.slice(1).map(({ from }, index) => [from, spans[index]?.to]);
      expect(joints.every(([from, to]) => from?.getTime() === to?.getTime())).toBe(true);
      expect(spans.at(-1)?.to).toEqual(result.end);
    }
  });

  it('keeps the old key accepted for its overlap', () => {
    const overlap = result.lives.flatMap(({ spans }) => spans).find(({ stage }) => stage === 'overlap');

    expect((overlap?.to.getTime() ?? 0) - (overlap?.from.getTime() ?? 0)).toBeGreaterThanOrEqual(2 * DAY_MS);
  });

  it('tells the story in sentences', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        'prod is deployed with 3 services, each holding a placeholder',
        'the operator puts the admin key in its secret',
        expect.stringMatching(/^the operator stages a first key and a spare for every service: 6 keys/),
        expect.stringMatching(/^rag-service: \S+ was replaced; it stays accepted for the overlap$/),
        'ALARM claude-keys-prod-no-spare',
        expect.stringMatching(/^the operator stages a spare for every service that lacks one: one key,/),
        expect.stringMatching(/^rag-service: \S+ was idle and is disabled$/),
      ]),
    );
  });

  it('draws a page with one bar per key, in one chart per service', () => {
    const { lives, summary, start, end } = result;
    const page = readPage(lifePage(lives, summary, start, end));

    expect(page.services).toEqual(['batch-summariser', 'rag-service', 'support-bot', 'Figures']);
    expect(page.bars.map(({ name }) => name).sort()).toEqual(lives.map(({ name }) => name).sort());
    for (const { name, pieces } of page.bars) {
      const spans = lives.find((life) => life.name === name)?.spans ?? [];
      expect(pieces).toHaveLength(spans.length);
      expect(pieces.every((piece) => piece.startsWith(`${name}: `))).toBe(true);
    }
    expect(page.figures).toMatchObject({ rotations: '1', 'requests failed': '0', 'invariants broken': '0' });
  });
});

/** What a reader finds on the page: headings, bars with the titles of their pieces, and the table. */
function readPage(html: string) {
  const services = [...html.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, name = '']) => name);
  const rows = [...html.matchAll(/<text x="0"[^>]*>([^<]*)<\/text>((?:<rect [^>]*><title>[^<]*<\/title><\/rect>)*)/g)];
  const bars = rows.map(([, name = '', rects = '']) => ({
    name,
    pieces: [...rects.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title = '']) => title),
  }));
  const cells = [...html.matchAll(/<tr><td>([^<]*)<\/td><td>([^<]*)<\/td><\/tr>/g)];
  return { services, bars, figures: Object.fromEntries(cells.map(([, name = '', value = '']) => [name, value])) };
}

describe('the report of a run', () => {
  const start = new Date('2026-03-02T00:00:00Z');
  const end = new Date('2026-03-12T00:00:00Z');
  const summary: Summary = {
    environment: '<b>',
    seed: 1,
    virtualDays: 10,
    services: 1,
    rotations: 1,
    retirements: 0,
    discardedSpares: 0,
    requests: 1,
    failedRequests: 0,
    failures: [],
    keys: { active: 1 },
    alarms: [],
    invariantsChecked: 1,
    violations: [],
    awsCalls: 1,
  };

  it('writes names from outside as text', () => {
    const spans = [{ stage: 'active', from: start, to: end }] as const;
    const html = lifePage([{ keyId: 'k', name: '<script>&"', service: '<i>', spans }], summary, start, end);

    expect(html).not.toMatch(/<script|<i>|<b>/);
    expect(readPage(html).bars).toEqual([
      { name: '&lt;script&gt;&amp;&quot;', pieces: [expect.stringContaining('&lt;script&gt;')] },
    ]);
  });

  it('tells spares that were discarded from old keys that were retired', () => {
    const change = { at: start, service: 'rag', keyName: 'k', to: 'disabled' } as const;
    const counts = countDisabled([
      { ...change, from: 'overlap' },
      { ...change, from: 'spare' },
      { ...change, from: 'overlap' },
      { ...change, from: 'disabled', to: 'archived' },
    ]);

    expect(counts).toEqual({ retirements: 2, discardedSpares: 1 });
    expect(summaryLines({ ...summary, ...counts })).toEqual(
      expect.arrayContaining(['old keys disabled     2', 'spares discarded      1']),
    );
  });

  it.each([
    ['without a rotation', { rotations: 0 }, 'no key was rotated in 10 days'],
    ['with a failed request', { failedRequests: 2 }, 'failed requests: 2'],
    ['with a broken invariant', { violations: [{ invariant: 'I1', at: start, what: 'w' }] }, 'broken invariants: 1'],
  ])('says why, of a run %s, it is not sound', (_, change, why) => {
    const flawed = { ...summary, ...change };

    expect([isSound(summary), isSound(flawed)]).toEqual([true, false]);
    expect(summaryLines(flawed)).toContainEqual(expect.stringMatching(new RegExp(`^verdict +${why}`)));
  });
});

describe('sandbox run --json', () => {
  it('prints the summary alone on standard output, tells the rest on standard error, and writes the page', async () => {
    const page = join(scratchFolder(), 'lives.html');

    const { code, out, err } = await runTs('bin/sandbox.ts', [
      ...['run', '--json', '--days', '1', '--seed', '3'],
      ...['--assembly', ASSEMBLY, '--page', page],
    ]);

    expect(JSON.parse(out)).toMatchObject({ environment: 'prod', seed: 3, virtualDays: 1, failedRequests: 0 });
    expect(err).toContain('prod is deployed with 3 services');
    expect(err).toContain('verdict               no key was rotated in 1 days');
    // A run in which no key was replaced has shown nothing.
    expect(code).toBe(1);
    expect(readPage(readFileSync(page, 'utf8')).bars).toHaveLength(6);
  });

  it('rejects an environment whose keys people look after by hand', async () => {
    const { code, out, err } = await runTs('bin/sandbox.ts', ['run', '--json', '--env', 'dev', '--assembly', ASSEMBLY]);

    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('people look after the keys of dev by hand');
  });
});
