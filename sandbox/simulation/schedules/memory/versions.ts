import { AWS_CURRENT, AWS_PENDING, AWS_PREVIOUS } from '../../../../lib/contract/labels';

/** Secrets Manager allows so many labels on all versions of a secret together. */
const MOST_LABELS = 20;

/** One version: without a text while a rotation has only announced it. */
interface Version {
  readonly text?: string;
  readonly createdAt: Date;
}

/** The versions of a secret and their labels at one moment. A change makes a new one, so that what was before can still be read. */
export class Versions {
  #labelled: ReadonlyMap<string, readonly string[]> | undefined;

  private constructor(
    private readonly versions: ReadonlyMap<string, Version>,
    private readonly labels: ReadonlyMap<string, string>,
  ) {}

  static startingWith(id: string, text: string, createdAt: Date): Versions {
    return new Versions(new Map([[id, { text, createdAt }]]), new Map([[AWS_CURRENT, id]]));
  }

  has(id: string): boolean {
    return this.versions.has(id);
  }

  textOf(id: string | undefined): string | undefined {
    return id === undefined ? undefined : this.versions.get(id)?.text;
  }

  createdAt(id: string): Date | undefined {
    return this.versions.get(id)?.createdAt;
  }

  holderOf(label: string): string | undefined {
    return this.labels.get(label);
  }

  /** The version of a rotation that has not ended. */
  get unfinished(): string | undefined {
    const pending = this.labels.get(AWS_PENDING);
    return pending === this.labels.get(AWS_CURRENT) ? undefined : pending;
  }

  /** Versions that carry a label, with their labels. */
  get labelled(): ReadonlyMap<string, readonly string[]> {
    this.#labelled ??= this.#group();
    return this.#labelled;
  }

  get dates(): ReadonlyMap<string, Date> {
    return new Map([...this.versions].map(([id, { createdAt }]) => [id, createdAt]));
  }

  holds(text: string): boolean {
    return [...this.versions.values()].some((version) => version.text === text);
  }

  get count(): number {
    return this.versions.size;
  }

  /** A version more, or an announced one filled, with labels that it takes from wherever they were. */
  with(id: string, version: Version, labels: readonly string[]): Versions {
    return new Versions(new Map([...this.versions, [id, version]]), this.#moved(labels, id));
  }

  labelling(labels: readonly string[], id: string): Versions {
    return new Versions(this.versions, this.#moved(labels, id));
  }

  without(label: string): Versions {
    const labels = new Map(this.labels);
    labels.delete(label);
    return new Versions(this.versions, labels);
  }

  #moved(labels: readonly string[], id: string): ReadonlyMap<string, string> {
    const next = new Map(this.labels);
    const left = next.get(AWS_CURRENT);
    for (const label of labels) next.set(label, id);
    if (left !== undefined && next.get(AWS_CURRENT) !== left) next.set(AWS_PREVIOUS, left);
    if (next.size > MOST_LABELS) throw new RangeError('more labels than a secret may have');
    return next;
  }

  #group(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, string[]>();
    for (const [label, id] of this.labels) {
      const group = groups.get(id);
      if (group) group.push(label);
      else groups.set(id, [label]);
    }
    return groups;
  }
}
