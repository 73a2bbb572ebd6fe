import { AWS_CURRENT, AWS_PENDING } from '../../../../lib/contract/labels';
import { PLACEHOLDER } from '../../../../lib/contract/placeholder';
import { KeyRotationError } from '../../../../lib/core/errors';
import type { SecretState } from '../../../../lib/core/ports';
import { Versions } from './versions';

/** One secret in memory. */
export class MemorySecret {
  readonly arn: string;
  #versions: Versions;
  #before: Versions;
  #shown: SecretState | undefined;
  #fields = { rotationEnabled: true, deleted: false };
  #nextRotationAt: Date | undefined;
  #rotatedAt: Date | undefined;
  #tags: ReadonlyMap<string, string> = new Map();

  constructor(
    readonly service: string,
    readonly createdAt: Date,
  ) {
    this.arn = arnOf(service);
    this.#versions = Versions.startingWith(`first-of-${service}`, PLACEHOLDER, createdAt);
    this.#before = this.#versions;
  }

  /** Versions and labels as they are. */
  get versions(): Versions {
    return this.#versions;
  }

  set versions(versions: Versions) {
    this.#before = this.#versions;
    this.#versions = versions;
    this.#shown = undefined;
  }

  /** Versions and labels as they were before the last change. */
  get before(): Versions {
    return this.#before;
  }

  get deleted(): boolean {
    return this.#fields.deleted;
  }

  get rotationEnabled(): boolean {
    return this.#fields.rotationEnabled;
  }

  /** What DescribeSecret shows beside versions and labels. */
  set(fields: {
    readonly rotationEnabled?: boolean;
    readonly deleted?: boolean;
    readonly nextRotationAt?: Date;
    readonly rotatedAt?: Date;
    readonly tags?: ReadonlyMap<string, string>;
  }): void {
    const { nextRotationAt = this.#nextRotationAt, rotatedAt = this.#rotatedAt, tags = this.#tags, ...flags } = fields;
    this.#nextRotationAt = nextRotationAt;
    this.#rotatedAt = rotatedAt;
    this.#tags = tags;
    this.#fields = { ...this.#fields, ...flags };
    this.#shown = undefined;
  }

  state(behind: boolean): SecretState {
    if (behind) return this.#state(this.#before);
    this.#shown ??= this.#state(this.#versions);
    return this.#shown;
  }

  #state({ labelled }: Versions): SecretState {
    const { rotationEnabled } = this.#fields;
    return {
      service: this.service,
      arn: this.arn,
      rotationEnabled,
      rotationConfigured: true,
      createdAt: this.createdAt,
      ...(this.#rotatedAt ? { lastRotatedAt: this.#rotatedAt } : {}),
      ...(this.#nextRotationAt && rotationEnabled ? { nextRotationAt: this.#nextRotationAt } : {}),
      labels: labelled,
      tags: this.#tags,
    };
  }
}

const arnOf = (service: string): string => `arn:secret:${service}`;

/** The secrets of an environment, by Secrets Manager's rules as far as our functions come upon them. */
export class MemorySecrets {
  readonly #secrets = new Map<string, MemorySecret>();
  readonly all: MemorySecret[] = [];
  /** True while reads show what was before the last change. */
  behind = false;

  constructor(private readonly now: () => Date) {}

  create(service: string): MemorySecret {
    const secret = new MemorySecret(service, this.now());
    this.#secrets.set(secret.arn, secret);
    this.all.push(secret);
    return secret;
  }

  of(service: string): MemorySecret {
    return this.at(arnOf(service));
  }

  /** Rejects for a secret that there is not. */
  at(arn: string): MemorySecret {
    const secret = this.#secrets.get(arn);
    if (!secret) throw new KeyRotationError('AwsFailed', `there is no secret ${arn}`);
    return secret;
  }

  /** Rejects for a secret that waits for its deletion, too. */
  usable(arn: string): MemorySecret {
    const secret = this.at(arn);
    if (secret.deleted) throw new KeyRotationError('AwsFailed', 'the secret is marked for deletion');
    return secret;
  }

  shown(arn: string): Versions {
    const secret = this.at(arn);
    return this.behind ? secret.before : secret.versions;
  }

  read(arn: string, versionId: string, label?: string): string | undefined {
    this.usable(arn);
    const shown = this.shown(arn);
    if (label !== undefined && shown.has(versionId) && shown.holderOf(label) !== versionId) {
      throw new KeyRotationError('AwsFailed', `version ${versionId} does not carry ${label}`);
    }
    return shown.textOf(versionId);
  }

  put(arn: string, token: string, text: string, labels: readonly string[]): void {
    const secret = this.usable(arn);
    const { versions } = secret;
    const before = versions.textOf(token);
    if (before !== undefined && before !== text) {
      throw new KeyRotationError('StateChangedMeanwhile', `version ${token} holds another value already`);
    }
    const written = before === undefined;
    const next = within(() =>
      written ? versions.with(token, { text, createdAt: this.now() }, labels) : versions.labelling(labels, token),
    );
    // A value put by hand while a rotation is unfinished ends that rotation.
    const { unfinished } = versions;
    const abandons = written && unfinished !== undefined && unfinished !== token && labels.includes(AWS_CURRENT);
    secret.versions = abandons && next.holderOf(AWS_PENDING) === unfinished ? next.without(AWS_PENDING) : next;
  }

  /** @returns false when Secrets Manager refuses, as it does when the label is not where the caller says */
  move(arn: string, label: string, { from, to }: { readonly from?: string; readonly to?: string }): boolean {
    const secret = this.usable(arn);
    const { versions } = secret;
    if (to !== undefined && !versions.has(to)) throw new KeyRotationError('AwsFailed', `there is no version ${to}`);
    const holder = versions.holderOf(label);
    const isRight = from === undefined ? to !== undefined && (holder === undefined || holder === to) : holder === from;
    if (!isRight || (label === AWS_CURRENT && to === undefined)) return false;
    if (label === AWS_CURRENT && versions.textOf(to) === undefined) {
      throw new Error('AWSCURRENT on a version without a value is not modelled');
    }
    secret.versions = to === undefined ? versions.without(label) : within(() => versions.labelling([label], to));
    return true;
  }

  /** Announces a version for a rotation, with a text where it is a copy for a test. */
  announce(secret: MemorySecret, token: string, text?: string): void {
    const version = { createdAt: this.now(), ...(text === undefined ? {} : { text }) };
    secret.versions = within(() => secret.versions.with(token, version, [AWS_PENDING]));
  }
}

/** A change that goes beyond a secret's limits is refused. */
function within(change: () => Versions): Versions {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new KeyRotationError('AwsFailed', error.message);
  }
}
