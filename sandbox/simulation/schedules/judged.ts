import type { ServicePolicy } from '../../../lib/contract/registration';
import type { KeyTruth, Truth } from '../../truth';

/** What is true of a world at one moment, with what its services are entitled to. */
export interface WorldTruth extends Truth {
  /** By service, removed ones with the policy that holds for them. */
  readonly services: ReadonlyMap<string, Entitlement>;
}

interface Entitlement {
  readonly registered: boolean;
  readonly policy: ServicePolicy;
  /** Whether its secret waits for its deletion, where no run sees it. */
  readonly isHidden?: boolean;
}

/** What a judge looks at. */
export interface Judged {
  truth(): WorldTruth;
  /** Whether a key was really used after one instant and up to another, by the issuer's clock. */
  wasUsed(keyId: string, after: Date, upTo: Date): boolean;
  /** Whether a person has said that a key has leaked. */
  hasLeaked(keyId: string): boolean;
  /** Whether keys are looked after by people alone. */
  readonly isManual: boolean;
  /** How far the functions' clock may be off, which no rule of theirs can see. */
  readonly skewMs: number;
  /** What no text outside a secret or a spare may contain. */
  readonly keyMark: string;
}

/** A run of a function or a command, as the judge tells it from others. `name` begins with `rotate <step>` for rotation steps, with `stage` or `claude-keys stage` for the staging of a key. */
export interface JudgedRun {
  readonly name: string;
}

/** Whether a key is in such a place. */
export const isIn = ({ places }: KeyTruth, wanted: KeyTruth['places'][number]['place']): boolean =>
  places.some(({ place }) => place === wanted);

/** How many services a key is with. */
export const servicesOf = ({ places }: KeyTruth): number => new Set(places.map(({ service }) => service)).size;
