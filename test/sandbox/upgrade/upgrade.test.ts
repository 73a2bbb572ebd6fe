import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PHASES, type Phase } from './phases';
import { formatOf, type RecordedState } from './recorded-state';
import { ReleaseWorld, toldIn } from './release-world';

/** A state, and where the release that left it came to from there by itself. */
interface Recorded extends RecordedState {
  readonly end: readonly string[];
}

const LONG_MS = 120_000;
const { version } = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as { version: string };
const fileOf = (release: string): string => join(__dirname, `release-${release}.json`);
const releases = readdirSync(__dirname)
  .flatMap((file) => /^release-(.+)\.json$/.exec(file)?.[1] ?? [])
  .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
const recordedBy = (release: string): readonly Recorded[] =>
  JSON.parse(readFileSync(fileOf(release), 'utf8')) as Recorded[];

async function record(phase: Phase): Promise<Recorded> {
  const world = await ReleaseWorld.reach(phase);
  const state = world.state(phase.name);
  const { end, wrong } = await world.goOn();
  await world.dispose();
  expect(wrong).toEqual([]);
  return { ...state, end };
}

// Writes down what this release leaves, in place of comparing it: for a release that writes something new. Biome formats it.
if (process.env.RECORD_RELEASE) {
  test('recording this release', async () => {
    const states: Recorded[] = [];
    for (const phase of PHASES) states.push(await record(phase));
    writeFileSync(fileOf(version), `${JSON.stringify(states, null, 2)}\n`);
  }, 600_000);
} else {
  describe.each(releases)('a state that release %s left', (release) => {
    it.each(recordedBy(release).map((state) => [state.phase, state] as const))(
      'comes to its right end: %s',
      async (phase, { end, ...state }) => {
        const world = await ReleaseWorld.over(state);
        expect(formatOf(world.state(phase))).toEqual(formatOf(state));
        expect(await world.toldAfterOneRun()).toEqual(expect.arrayContaining([...toldIn(state)]));
        expect(await world.goOn()).toEqual({ end, wrong: [] });
        await world.dispose();
      },
      LONG_MS,
    );
  });

  describe('what this release leaves', () => {
    it.each(PHASES)(
      'has the format of what was recorded last: $name',
      async (phase) => {
        const world = await ReleaseWorld.reach(phase);
        const { end: _, ...last } = recordedBy(releases.at(-1) ?? '').find((each) => each.phase === phase.name) ?? {};
        expect(formatOf(world.state(phase.name))).toEqual(formatOf(last as RecordedState));
        await world.dispose();
      },
      LONG_MS,
    );
  });
}
