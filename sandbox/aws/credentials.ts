import type { Random } from '../random';
import type { Caller } from './service';

/** Temporary credentials as a role session holds them. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const UPPER_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The credentials in use in a sandbox, and whose they are. They do not expire. */
export class Credentials {
  readonly #callers = new Map<string, Caller>();

  constructor(private readonly random: Random) {}

  /** New credentials for a caller; several may be in use at once. */
  issue(caller: Caller): IssuedCredentials {
    const accessKeyId = `ASIA${this.random.text(16, UPPER_AND_DIGITS)}`;
    this.#callers.set(accessKeyId, caller);
    return {
      accessKeyId,
      secretAccessKey: this.random.text(40, BASE64),
      sessionToken: this.random.text(64, BASE64),
    };
  }

  /** Whose credentials these are; undefined when nobody's. */
  callerOf(accessKeyId: string): Caller | undefined {
    return this.#callers.get(accessKeyId);
  }
}
