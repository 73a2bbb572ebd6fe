import { readLabels } from '../../../lib/contract/labels';
import type { IssuerKey, SecretState, UsageReport } from '../../../lib/core/ports';

/** What one run was told, and what it owes. A moment is a number that grows with every change. */
export class RunMemory {
  /** By service, the key that was current when the run last looked. */
  readonly current = new Map<string, string | undefined>();
  /** When it was told of a key's status. */
  readonly looked = new Map<string, number>();
  /** When it was told that a key was live. */
  readonly live = new Map<string, number>();
  /** Current keys that it disabled: it has to bring them back. */
  readonly disabledCurrent = new Set<string>();
  /** Keys that it put on the shelf of a second service: it has to take them back. */
  readonly shared = new Set<string>();
  report: UsageReport | undefined;

  /** @param since the moment at which it first looked at anything */
  constructor(readonly since: number) {}

  /** It was told what a secret is like. */
  described({ service, labels }: SecretState): void {
    let current: string | undefined;
    for (const each of labels.values()) {
      const marks = readLabels(each);
      if (marks.current) current = marks.keyId;
    }
    this.current.set(service, current);
  }

  /** It was told which keys there are. */
  listed(keys: readonly IssuerKey[], moment: number): void {
    for (const { id, status } of keys) {
      this.looked.set(id, moment);
      if (status === 'active') this.live.set(id, moment);
    }
  }
}
