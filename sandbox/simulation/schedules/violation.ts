import type { Finding } from '../watch';
import { drawSchedule } from './draw';
import type { Play } from './play';
import type { Schedule } from './schedule';
import { shrink } from './shrink';

/** Where schedules are played: on the core's ports in memory, or by the functions through SDKs on the sandbox. */
export const DEPTHS = ['ports', 'sandbox'] as const;
export type Depth = (typeof DEPTHS)[number];

/** A schedule that broke an invariant, made as short as it gets. */
export interface Violation {
  readonly seed: number;
  readonly findings: readonly Finding[];
  readonly shortest: Schedule;
  /** Steps, calls and what they led to, with virtual times. */
  readonly story: readonly string[];
  readonly replay: string;
}

/** Explains what went wrong with a seed: plays ever shorter schedules that break the same invariant, and tells the last one. */
export async function explain(
  seed: number,
  findings: readonly Finding[],
  play: Play,
  depth: Depth,
): Promise<Violation> {
  const shortest = await shrink(drawSchedule(seed), async (schedule) => isLike(await play(schedule), findings));
  const { story, findings: last } = await play(shortest, { telling: true });
  return { seed, findings: last, shortest, story, replay: `npm run sim -- --from ${seed} --seeds 1 --depth ${depth}` };
}

/** The same thing is wrong when the first finding is of the same invariant and says the same of whichever key or service. */
function isLike({ findings: [one] }: { readonly findings: readonly Finding[] }, [other]: readonly Finding[]): boolean {
  return one !== undefined && other !== undefined && kindOf(one) === kindOf(other);
}

const kindOf = ({ invariant, what }: Finding): string =>
  `${invariant} ${what.replaceAll(/apikey\w+|\b(rag|chat|batch)\b|\d+/g, '…')}`;

/** A violation as lines of text: what is wrong, how it came to be, and how to see it again. */
export function violationLines({ seed, findings, story, replay }: Violation): readonly string[] {
  return [
    `seed ${seed} breaks`,
    ...findings.map(({ invariant, what }) => `  ${invariant}: ${what}`),
    ...story.map((line) => `    ${line}`),
    `see it again: ${replay}`,
  ];
}
