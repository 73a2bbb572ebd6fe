import { isDeepStrictEqual } from 'node:util';
import { limitExceeded } from './errors';
import type { RotationSettings } from './rotation-rules';

/** What a version holds. */
export type SecretValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array };

/** One version of a secret; without a value while a rotation has only announced it. */
export interface SecretVersion {
  readonly id: string;
  value?: SecretValue;
  /** The KMS keys that can decrypt the value, the newest last. */
  kmsKeyIds?: readonly string[];
  createdAt: Date;
  accessedOn?: Date;
}

/** What AWS calls its own key for secrets in a list of versions. */
export const DEFAULT_KEY = 'DefaultEncryptionKey';

export const AWS_CURRENT = 'AWSCURRENT';
export const AWS_PENDING = 'AWSPENDING';
export const AWS_PREVIOUS = 'AWSPREVIOUS';

const MOST_LABELS = 20;
const MOST_VERSIONS = 100;
const SAFE_FROM_REMOVAL_MS = 24 * 60 * 60 * 1000;

/** One secret: its versions, and labels that each sit on one version at most. */
export class Secret {
  readonly #versions = new Map<string, SecretVersion>();
  #labels: ReadonlyMap<string, string> = new Map();
  description?: string;
  kmsKeyId?: string;
  tags?: ReadonlyMap<string, string>;
  resourcePolicy?: string;
  rotation?: RotationSettings;
  changedAt: Date;
  rotatedAt?: Date;
  accessedOn?: Date;
  deletedAt?: Date;

  constructor(
    readonly arn: string,
    readonly name: string,
    readonly createdAt: Date,
  ) {
    this.changedAt = createdAt;
  }

  /** The secret as it is now, which later changes leave as it is. */
  copy(): Secret {
    const copy = Object.assign(new Secret(this.arn, this.name, this.createdAt), this);
    for (const version of this.versions) copy.#versions.set(version.id, { ...version });
    copy.#labels = this.#labels;
    return copy;
  }

  /** Whether anything that a read shows differs, but for when it was last read. */
  isLike(other: Secret): boolean {
    return isDeepStrictEqual(this.#shown, other.#shown);
  }

  get #shown(): readonly unknown[] {
    const { accessedOn: _, ...fields } = this;
    return [fields, this.#labels, this.versions.map(({ accessedOn: __, ...version }) => version)];
  }

  get versions(): readonly SecretVersion[] {
    return [...this.#versions.values()];
  }

  version(id: string): SecretVersion | undefined {
    return this.#versions.get(id);
  }

  holderOf(label: string): SecretVersion | undefined {
    const id = this.#labels.get(label);
    return id === undefined ? undefined : this.#versions.get(id);
  }

  labelsOf(id: string): string[] {
    return [...this.#labels].filter(([, holder]) => holder === id).map(([label]) => label);
  }

  /** Versions that carry a label, with their labels: what DescribeSecret shows. */
  get labelledVersions(): ReadonlyMap<string, readonly string[]> {
    const labelled = this.versions.map((each): [string, string[]] => [each.id, this.labelsOf(each.id)]);
    return new Map(labelled.filter(([, labels]) => labels.length > 0));
  }

  /** The version of a rotation that has not ended: it carries AWSPENDING and is not the current one. */
  get unfinished(): SecretVersion | undefined {
    const pending = this.holderOf(AWS_PENDING);
    return pending && pending !== this.holderOf(AWS_CURRENT) ? pending : undefined;
  }

  /** Adds a version with its labels, all or nothing. @returns the labels that moved to it. */
  add(version: SecretVersion, labels: readonly string[], now: Date): readonly string[] {
    const next = this.#withLabels(labels, version.id);
    this.#makeRoom(now);
    this.#versions.set(version.id, version);
    return this.#commit(next);
  }

  /** Puts labels on a version, taking each from whichever version has it, all or nothing. @returns the labels that moved. */
  attach(labels: readonly string[], id: string): readonly string[] {
    return this.#commit(this.#withLabels(labels, id));
  }

  /** Takes a label off whichever version has it. */
  detach(label: string): void {
    this.#labels = new Map([...this.#labels].filter(([each]) => each !== label));
  }

  #withLabels(labels: readonly string[], id: string): ReadonlyMap<string, string> {
    const next = new Map(this.#labels);
    const left = next.get(AWS_CURRENT);
    for (const label of labels) next.set(label, id);
    const movesOn = left !== undefined && next.get(AWS_CURRENT) !== left;
    if (movesOn) next.set(AWS_PREVIOUS, left);
    if (next.size > MOST_LABELS) {
      throw limitExceeded('You exceeded the maximum number of staging labels allowed on a secret.');
    }
    return next;
  }

  #commit(next: ReadonlyMap<string, string>): readonly string[] {
    const before = this.#labels;
    this.#labels = next;
    return [...next].filter(([label, id]) => before.get(label) !== id).map(([label]) => label);
  }

  /** AWS removes unlabelled versions beyond its limit, the oldest first, and never one younger than a day. */
  #makeRoom(now: Date): void {
    const old = now.getTime() - SAFE_FROM_REMOVAL_MS;
    const labelled = new Set(this.#labels.values());
    const removable = this.versions
      .filter((each) => !labelled.has(each.id) && each.createdAt.getTime() <= old)
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
    while (this.#versions.size >= MOST_VERSIONS) {
      const oldest = removable.shift();
      if (!oldest) throw limitExceeded('You exceeded the maximum number of versions allowed on a secret.');
      this.#versions.delete(oldest.id);
    }
  }
}
