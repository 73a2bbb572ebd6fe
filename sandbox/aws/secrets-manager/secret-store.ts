import { invalidRequest, markedForDeletion, resourceExists, secretNotFound } from './errors';
import type { Secret } from './secret';

const SUFFIX_LENGTH = '-xxxxxx'.length;

/** The secrets of one account and region, found the way a caller may name them. */
export class SecretStore {
  readonly #byName = new Map<string, Secret>();

  /** Every secret, the oldest first. */
  get all(): readonly Secret[] {
    return [...this.#byName.values()];
  }

  /** A secret by name, ARN, or ARN without its random ending, even one marked for deletion. */
  find(secretId: string): Secret {
    return this.lookUp(secretId) ?? raise(secretNotFound());
  }

  lookUp(secretId: string): Secret | undefined {
    const [, resource] = secretId.split(':secret:', 2);
    if (!secretId.startsWith('arn:') || resource === undefined) return this.#byName.get(secretId);
    const whole = this.#byName.get(resource.slice(0, -SUFFIX_LENGTH));
    if (whole?.arn === secretId) return whole;
    const partial = this.#byName.get(resource);
    return partial?.arn.slice(0, -SUFFIX_LENGTH) === secretId ? partial : undefined;
  }

  /** A secret that is not marked for deletion. */
  findUsable(secretId: string): Secret {
    const secret = this.find(secretId);
    if (secret.deletedAt) throw markedForDeletion();
    return secret;
  }

  /** Refuses a name that is taken. */
  requireFree(name: string): void {
    const taken = this.#byName.get(name);
    if (taken?.deletedAt) {
      throw invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    }
    if (taken) throw resourceExists(`The operation failed because the secret ${name} already exists.`);
  }

  add(secret: Secret): void {
    this.#byName.set(secret.name, secret);
  }

  remove(secret: Secret): void {
    if (this.#byName.get(secret.name) === secret) this.#byName.delete(secret.name);
  }
}

function raise(error: Error): never {
  throw error;
}
