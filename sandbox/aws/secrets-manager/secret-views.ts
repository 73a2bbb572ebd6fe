import { type Consistency, LaggingView } from '../consistency';
import type { Caller } from '../service';
import { secretNotFound } from './errors';
import type { Secret } from './secret';
import type { SecretStore } from './secret-store';

/** Secrets as reads show them: where reads may be behind, for a while as they were before the last writes. */
export class SecretViews {
  /** By name, each as it was when last looked at. */
  readonly #known = new Map<string, Secret>();
  readonly #read: LaggingView<Secret>;
  readonly #listed: LaggingView<Secret>;

  constructor(
    private readonly store: SecretStore,
    private readonly consistency: Consistency,
  ) {
    this.#read = new LaggingView(consistency);
    this.#listed = new LaggingView(consistency, 'listLagMs');
  }

  /** Takes note of what was written since the last time: one place for all that write, rotations included. */
  note(): void {
    if (!this.consistency.isSet) return;
    const now = new Map(this.store.all.map((secret) => [secret.name, secret]));
    for (const name of new Set([...this.#known.keys(), ...now.keys()])) this.#compare(name, now.get(name));
  }

  /** The secret that a caller names, as this read shows it. */
  find(secretId: string, caller: Caller): Secret {
    const truth = this.store.find(secretId);
    const seen = this.#read.see(truth.name, truth, caller);
    if (seen?.arn !== truth.arn) throw secretNotFound();
    return seen;
  }

  /** Every secret as this listing shows it, the oldest first. */
  list(caller: Caller): readonly Secret[] {
    return this.store.all.flatMap((secret) => this.#listed.see(secret.name, secret, caller) ?? []);
  }

  #compare(name: string, secret: Secret | undefined): void {
    const before = this.#known.get(name);
    if (secret === before || (before && secret?.isLike(before))) return;
    this.#read.wrote(name, before);
    this.#listed.wrote(name, before);
    if (secret) this.#known.set(name, secret.copy());
    else this.#known.delete(name);
  }
}
