import type { KeyTruth, Truth } from '../truth';

/** What people call the stages of a key's life, in their order. */
export const STAGES = ['made', 'spare', 'active', 'overlap', 'disabled', 'archived'] as const;
export type Stage = (typeof STAGES)[number];

/** A stretch of a key's life. */
export interface Span {
  readonly stage: Stage;
  readonly from: Date;
  readonly to: Date;
}

export interface Life {
  readonly keyId: string;
  readonly name: string;
  /** Undefined while no service has held the key. */
  readonly service: string | undefined;
  readonly spans: readonly Span[];
}

/** A key that entered another stage. */
export interface Change {
  readonly at: Date;
  readonly service: string;
  readonly keyName: string;
  readonly from: Stage | undefined;
  readonly to: Stage;
}

interface Record {
  readonly name: string;
  service: string | undefined;
  stage: Stage;
  since: Date;
  readonly past: Span[];
}

/** Follows the life of every key by looking at the truth from time to time. */
export class Lives {
  readonly #records = new Map<string, Record>();

  /** Takes in one look. @returns the keys that changed their stage since the last. */
  observe(truth: Truth): readonly Change[] {
    return truth.keys.flatMap((key) => this.#observeKey(key, truth.now));
  }

  /** Every life up to `end`, by service and then by age. */
  until(end: Date): readonly Life[] {
    return [...this.#records]
      .map(([keyId, { name, service, stage, since, past }]) => ({
        keyId,
        name,
        service,
        spans: [...past, { stage, from: since, to: end }],
      }))
      .sort((one, other) => startOf(one) - startOf(other));
  }

  #observeKey(key: KeyTruth, now: Date): readonly Change[] {
    const stage = stageOf(key);
    const record = this.#records.get(key.id);
    const service = key.places[0]?.service ?? record?.service;
    if (record) record.service = service;
    if (record?.stage === stage) return [];
    if (record) {
      record.past.push({ stage: record.stage, from: record.since, to: now });
      Object.assign(record, { stage, since: now });
    } else {
      this.#records.set(key.id, { name: key.name, service, stage, since: now, past: [] });
    }
    const from = record?.past.at(-1)?.stage;
    return [{ at: now, service: service ?? 'no service', keyName: key.name, from, to: stage }];
  }
}

function stageOf({ status, places }: KeyTruth): Stage {
  if (status === 'archived') return 'archived';
  if (status !== 'active') return 'disabled';
  const all = new Set(places.map(({ place }) => place));
  if (all.has('current')) return 'active';
  if (all.has('former')) return 'overlap';
  return all.has('spare') || all.has('pending') ? 'spare' : 'made';
}

const startOf = ({ spans }: Life): number => spans[0]?.from.getTime() ?? 0;
