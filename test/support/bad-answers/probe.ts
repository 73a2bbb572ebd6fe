import { inspect, isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type ErrorCode, isKeyRotationError } from '../../../lib/core/errors';
import type { HttpHandler } from '../../../sandbox/http';
import { anyDamage, type Damage, everyFieldDamaged, type IsLie, PRIVATE } from './damage';
import { Recording, Replay } from './replay';

/** One method of an adapter, and what it may make of a bad answer. */
export interface Probe<Value = unknown> {
  readonly method: string;
  /** Calls the method with an adapter whose outside is `outside`. */
  readonly call: (outside: HttpHandler) => Promise<Value>;
  /** What else than the truth it may say, in words; by default nothing: it rejects. */
  readonly otherwise?: string;
  readonly allows?: (value: Value, truth: Value) => boolean;
  /** How it may reject, besides the code of its outside. */
  readonly codes?: readonly ErrorCode[];
  /** Fields that are data: any value of their kind may be true, so putting one there is a lie and no damage. */
  readonly data?: Readonly<Record<string, (value: unknown) => boolean>>;
}

/** Where a probe's calls go, and which error tells that the outside failed. */
export interface Outside {
  readonly truth: HttpHandler;
  readonly code: ErrorCode;
  /** Texts that no error may hold. */
  readonly secrets: () => readonly string[];
}

/** Printed with a failure; the same number finds it again. */
const SEED = Number(process.env.BAD_ANSWERS_SEED ?? 20_261_120);
const RUNS = Number(process.env.BAD_ANSWERS_RUNS ?? 60);
/** More requests than any call needs for the answers that are recorded here. */
const MOST_REQUESTS = 20;
const PATIENCE_MS = 10_000;

/** Shows that a method makes of any bad answer the truth, something that it may say instead, or a clear error. */
export async function bearsBadAnswers<Value>(probe: Probe<Value>, outside: Outside): Promise<void> {
  const recording = new Recording();
  // One outside for all calls, so that an adapter need not be made for each.
  let answers = recording.from(outside.truth);
  const stable: HttpHandler = (request) => answers(request);
  const call = () => probe.call(stable);
  const truth = await call();
  const property = fc.asyncProperty(anyDamage, fc.nat(3), async (damage, nth) => {
    const replay = Replay.of(recording, damage, nth, lieIn(probe));
    if (!replay) return;
    answers = replay.handle;
    checkOutcome(probe, outside, await settled(call()), truth);
    if (replay.requests > MOST_REQUESTS) throw new Error(`it asked ${replay.requests} times`);
  });
  const examples = recording.answers.flatMap((answer, nth) =>
    everyFieldDamaged(answer).map((damage): [Damage, number] => [damage, nth]),
  );
  await fc.assert(property, { seed: SEED, numRuns: examples.length + RUNS, examples });
}

const lieIn =
  ({ data = {} }: Pick<Probe, 'data'>): IsLie =>
  (field, value) =>
    Object.hasOwn(data, field) && data[field]?.(value) === true;

function checkOutcome<Value>(probe: Probe<Value>, outside: Outside, outcome: Outcome<Value>, truth: Value): void {
  if ('value' in outcome) {
    if (isDeepStrictEqual(outcome.value, truth) || probe.allows?.(outcome.value, truth)) return;
    throw new Error(`it says ${inspect(outcome.value, { depth: 6 })}\nthe truth is ${inspect(truth, { depth: 6 })}`);
  }
  checkError(outcome.error, [outside.code, ...(probe.codes ?? [])], outside.secrets());
}

/** An error of ours, of a declared code, that names what was wrong and holds nothing of the answer. */
export function checkError(error: unknown, codes: readonly ErrorCode[], secrets: readonly string[]): void {
  const text = inspect(error, { depth: 9, showHidden: true });
  if (!isKeyRotationError(error)) throw new Error(`it rejects with an error that is not ours: ${text}`);
  if (!codes.includes(error.code)) throw new Error(`it rejects with ${error.code}, not ${codes.join(' or ')}: ${text}`);
  const told = [PRIVATE, ...secrets].find((secret) => text.includes(secret));
  if (told !== undefined) throw new Error('its error holds a part of the answer');
}

type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

async function settled<Value>(call: Promise<Value>): Promise<Outcome<Value>> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), PATIENCE_MS);
  });
  try {
    return { value: await Promise.race([call, hang]) };
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}

/** Any text is true of such a field, or that it is not there, as far as an adapter can tell. */
export const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
export const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
export const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 0;
export const isTime = (value: unknown): boolean =>
  typeof value === 'string' && /^(2\d{3}|9999)-\d\d-/.test(value) && !Number.isNaN(Date.parse(value));
export const isTimeOrNull = (value: unknown): boolean => value === null || isTime(value);

/** A probe among others, whatever it says. */
export const probe = <Value>(one: Probe<Value>): Probe => one as Probe;
