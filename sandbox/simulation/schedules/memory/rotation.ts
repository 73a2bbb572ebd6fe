import { AWS_CURRENT, AWS_PENDING } from '../../../../lib/contract/labels';
import { KeyRotationError } from '../../../../lib/core/errors';
import { DEFAULT_ROTATION_BEHAVIOUR } from '../../../aws/secrets-manager/rotation-engine';
import { DAY_MS } from '../../../utc-time';
import type { MemorySecret, MemorySecrets } from './secrets';

/** How long after its first instant a rotation's window ends. */
const WINDOW_MS = DAY_MS;

/** An attempt at a rotation that is due. */
export interface Attempt {
  readonly secret: MemorySecret;
  readonly token: string;
  /** Whether it is a test with a copy of the current value, which has one step. */
  readonly isTest: boolean;
}

interface Course {
  token: string;
  attempt: number;
  dueMs: number;
  isTest: boolean;
}

/** What Secrets Manager does by itself: it announces rotations, tries them again, and plans the next. The steps are called for by the world. */
export class MemoryRotation {
  /** Tokens of each secret's rotations, the newest first. */
  readonly tokens = new Map<MemorySecret, string[]>();
  readonly #courses = new Map<MemorySecret, Course>();
  readonly #dueMs = new Map<MemorySecret, number>();
  #counted = 0;

  constructor(
    private readonly secrets: MemorySecrets,
    private readonly now: () => Date,
    private readonly everyDays: (service: string) => number,
  ) {}

  /** RotateSecret. @returns false when a rotation is in progress, which is then tried again */
  start(secret: MemorySecret): boolean {
    if (this.#isUnfinished(secret)) return false;
    this.#begin(secret);
    this.#turnOn(secret);
    return true;
  }

  /** CancelRotateSecret. */
  pause(secret: MemorySecret): void {
    this.secrets.usable(secret.arn);
    secret.set({ rotationEnabled: false });
    this.#dueMs.delete(secret);
    this.#courses.delete(secret);
  }

  /** RotateSecret without rotating: a copy of the current value is tested under AWSPENDING. */
  resume(secret: MemorySecret): void {
    if (this.#isUnfinished(secret)) throw new KeyRotationError('AwsFailed', 'a previous rotation is not complete');
    const token = this.#newToken(secret);
    const { versions } = secret;
    this.secrets.announce(secret, token, versions.textOf(versions.holderOf(AWS_CURRENT)));
    this.#courses.set(secret, { token, attempt: 0, dueMs: this.now().getTime(), isTest: true });
    this.#turnOn(secret);
  }

  /** Plans the next rotation. */
  schedule(secret: MemorySecret): void {
    const dueMs = this.now().getTime() + this.everyDays(secret.service) * DAY_MS;
    secret.set({ nextRotationAt: new Date(dueMs + WINDOW_MS) });
    this.#dueMs.set(secret, dueMs);
  }

  /** When something will be due next; infinity when never. */
  get nextMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#courses.values()) next = Math.min(next, dueMs);
    for (const dueMs of this.#dueMs.values()) next = Math.min(next, dueMs);
    return next;
  }

  /** Takes the attempts that are due now. */
  take(): readonly Attempt[] {
    const nowMs = this.now().getTime();
    for (const [secret, dueMs] of this.#dueMs) if (dueMs <= nowMs) this.#comesDue(secret);
    const due: Attempt[] = [];
    for (const [secret, course] of this.#courses) {
      if (course.dueMs > nowMs) continue;
      course.dueMs = Number.POSITIVE_INFINITY;
      if (!secret.deleted && secret.versions.unfinished === course.token)
        due.push({ secret, token: course.token, isTest: course.isTest });
      else this.#courses.delete(secret);
    }
    return due;
  }

  /** True while this attempt is the one to go on with. */
  isUnderWay({ secret, token }: Attempt): boolean {
    return this.#courses.get(secret)?.token === token;
  }

  /** All steps of an attempt have ended well, or one has not. */
  ended(attempt: Attempt, well: boolean): void {
    const { secret, token, isTest } = attempt;
    if (!this.isUnderWay(attempt)) return;
    if (isTest) {
      if (secret.versions.holderOf(AWS_PENDING) === token) secret.versions = secret.versions.without(AWS_PENDING);
      this.#courses.delete(secret);
    } else if (well && secret.versions.holderOf(AWS_CURRENT) === token && !secret.versions.unfinished) {
      this.#courses.delete(secret);
      secret.set({ rotatedAt: this.now() });
      this.schedule(secret);
    } else this.#tryAgain(secret);
  }

  /** Secrets Manager tries the unfinished rotation again at once. */
  retry(secret: MemorySecret): void {
    const { unfinished } = secret.versions;
    if (unfinished && secret.rotationEnabled && !secret.deleted) this.#course(secret, unfinished);
  }

  /** What a value that was put by hand does to the rotation under way. */
  abandon(secret: MemorySecret): void {
    this.#courses.delete(secret);
    this.schedule(secret);
  }

  #comesDue(secret: MemorySecret): void {
    this.#dueMs.set(secret, this.now().getTime() + this.everyDays(secret.service) * DAY_MS);
    if (!secret.rotationEnabled || secret.deleted || this.#courses.has(secret)) return;
    const { unfinished } = secret.versions;
    if (unfinished) this.#course(secret, unfinished);
    else this.#beginOnSchedule(secret);
  }

  /** Nobody waits for the answer to a scheduled rotation: what refuses it shows as a failure. */
  #beginOnSchedule(secret: MemorySecret): void {
    try {
      this.#begin(secret);
    } catch (error) {
      if (!(error instanceof KeyRotationError)) throw error;
    }
  }

  #tryAgain(secret: MemorySecret): void {
    const course = this.#courses.get(secret);
    if (!course) return;
    const delay = DEFAULT_ROTATION_BEHAVIOUR.retryDelaysMs[course.attempt];
    if (delay === undefined) this.#courses.delete(secret);
    else {
      course.attempt += 1;
      course.dueMs = this.now().getTime() + delay;
    }
  }

  #course(secret: MemorySecret, token: string): void {
    this.#courses.set(secret, { token, attempt: 0, dueMs: this.now().getTime(), isTest: false });
  }

  #begin(secret: MemorySecret): void {
    const token = this.#newToken(secret);
    this.secrets.announce(secret, token);
    this.#course(secret, token);
  }

  /** Whether a rotation is in progress. Secrets Manager then tries it again. */
  #isUnfinished(secret: MemorySecret): boolean {
    const { unfinished } = this.secrets.usable(secret.arn).versions;
    if (unfinished && !this.#courses.has(secret)) this.#course(secret, unfinished);
    return unfinished !== undefined;
  }

  #turnOn(secret: MemorySecret): void {
    secret.set({ rotationEnabled: true });
    this.schedule(secret);
  }

  #newToken(secret: MemorySecret): string {
    this.#counted += 1;
    const token = `v${this.#counted}`;
    this.tokens.set(secret, [token, ...(this.tokens.get(secret) ?? [])]);
    return token;
  }
}
