import type { Condition } from '../../contract/metrics';
import type { OpenCondition } from '../ports';
import { after, HOUR_MS, reached } from '../time';
import type { Finding } from './conditions';

/** Something that is wrong, and with what: a service, or `platform` for the environment itself. */
export interface FoundCondition extends Finding {
  readonly subject: string;
}

/**
 * What lasts shorter than this is not worth a message. A spare is staged by a person; a report may fail for a while; whose
 * a key is may be on a list that lags, so it takes another run.
 */
const TOLD_AFTER_HOURS: Readonly<Partial<Record<Condition, number>>> = {
  'no-spare': 6,
  'unknown-key': 0.25,
  'usage-report-old': 1,
  'service-failing': 1,
  'limits-not-kept': 1,
};

/** What comes and goes counts as one until it has been away this long. */
const OVER_AFTER_HOURS: Readonly<Partial<Record<Condition, number>>> = {
  'rotation-failed': 2,
  'rotation-abandoned': 24,
  'key-disabled-outside': 24,
  'secret-read-refused': 24,
  'break-glass-read': 24,
  'requests-far-above-baseline': 2,
  'requests-above-baseline': 2,
  'output-tokens-above-baseline': 2,
  'use-at-unusual-hours': 2,
};

/**
 * One thing to do so that people hear of each condition once. That a message was sent is noted after it: cut off in
 * between, it is sent again rather than never. What comes and goes may be gone by then, so it is noted before as well.
 */
export type TellStep =
  | { readonly kind: 'note'; readonly open: OpenCondition }
  | { readonly kind: 'tell'; readonly open: OpenCondition; readonly found: FoundCondition; readonly noteFirst: boolean }
  | { readonly kind: 'tell-over'; readonly open: OpenCondition }
  | { readonly kind: 'forget'; readonly open: OpenCondition };

/** What is noted, what is found now, and what cannot be known now. */
export interface Comparison {
  readonly open: readonly OpenCondition[];
  readonly found: readonly FoundCondition[];
  readonly isUnknown: (condition: OpenCondition) => boolean;
  readonly now: Date;
}

/** The steps from what people were told to what is so. What cannot be known stays as it was told. */
export function planTelling({ open, found, isUnknown, now }: Comparison): readonly TellStep[] {
  const openByName = new Map(open.map((each) => [nameOf(each), each]));
  const foundNames = new Set(found.map(nameOf));
  return [
    ...found.flatMap((each) => stepsForFound(each, openByName.get(nameOf(each)), now)),
    ...open
      .filter((each) => !foundNames.has(nameOf(each)) && !isUnknown(each))
      .flatMap((each) => stepsForGone(each, now)),
  ];
}

/** The conditions that count as being so: those found, and those that are not over yet. */
export function standing({
  open,
  found,
  isUnknown,
  now,
}: Comparison): readonly Pick<OpenCondition, 'condition' | 'subject'>[] {
  const foundNames = new Set(found.map(nameOf));
  const lasting = open.filter((each) => !foundNames.has(nameOf(each)) && (isUnknown(each) || !isOver(each, now)));
  return [...found, ...lasting];
}

function stepsForFound(found: FoundCondition, open: OpenCondition | undefined, now: Date): readonly TellStep[] {
  const { condition, subject, figure, limit } = found;
  const since = open?.since ?? now;
  const back = open?.clearSince !== undefined;
  const toldAt = open?.toldAt;
  const noted = { condition, subject, since, figure, limit, ...(toldAt ? { toldAt } : {}) };
  const noteFirst = !open && comesAndGoes(condition);
  if ((!toldAt || namesAnother(found, open)) && isDue(noted, now))
    return [{ kind: 'tell', open: { ...noted, toldAt: now }, found, noteFirst }];
  return open && !back ? [] : [{ kind: 'note', open: noted }];
}

/** Whether something is named that was not named when people were told. */
function namesAnother({ names = [] }: FoundCondition, open: OpenCondition | undefined): boolean {
  const told = new Set(open?.figure?.split(/[:,]? /));
  return names.some((name) => !told.has(name));
}

function stepsForGone(open: OpenCondition, now: Date): readonly TellStep[] {
  const { condition, subject, figure = 'no longer known', limit = 'no longer known' } = open;
  if (!open.toldAt && comesAndGoes(condition) && isDue(open, now)) {
    const found = { condition, subject, figure, limit };
    return [{ kind: 'tell', open: { clearSince: now, ...open, toldAt: now }, found, noteFirst: false }];
  }
  if (!isOver(open, now)) return open.clearSince ? [] : [{ kind: 'note', open: { ...open, clearSince: now } }];
  return [{ kind: open.toldAt ? 'tell-over' : 'forget', open }];
}

const comesAndGoes = (condition: Condition): boolean => OVER_AFTER_HOURS[condition] !== undefined;

const isDue = ({ condition, since }: OpenCondition, now: Date): boolean =>
  reached(now, after(since, (TOLD_AFTER_HOURS[condition] ?? 0) * HOUR_MS));

function isOver({ condition, clearSince }: OpenCondition, now: Date): boolean {
  const hours = OVER_AFTER_HOURS[condition] ?? 0;
  return hours === 0 || (clearSince !== undefined && reached(now, after(clearSince, hours * HOUR_MS)));
}

const nameOf = ({ condition, subject }: Pick<OpenCondition, 'condition' | 'subject'>): string =>
  `${subject}/${condition}`;
