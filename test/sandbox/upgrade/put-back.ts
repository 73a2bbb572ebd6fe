import { AWS_CURRENT, AWS_PENDING, AWS_PREVIOUS } from '../../../lib/contract/labels';
import { registrationParameterName, secretName } from '../../../lib/contract/names';
import type { CreatedKey } from '../../../sandbox/claude/console-key';
import type { Sandbox } from '../../../sandbox/sandbox';
import { RAG } from '../../support/world';
import { filledIn, type RecordedState } from './recorded-state';

/** A label that every version carries while the state is put back. */
const BEING_PUT_BACK = 'BEING-PUT-BACK';

/** Puts what an older release had left into an environment that was just deployed, all at one instant. */
export async function putBack(state: RecordedState, sandbox: Sandbox): Promise<void> {
  const keys = state.keys.map(({ name }) =>
    sandbox.claude.createKey({ workspaceId: sandbox.settings.workspaceId, name }),
  );
  await new PuttingBack(state, sandbox, keys).putBack();
  sandbox.claude.settings.deactivationDelayMs = 0;
  state.keys.forEach(({ status }, index) => {
    const id = keys[index]?.id ?? '';
    if (status === 'inactive' || status === 'archived') sandbox.claude.setStatus(id, status);
  });
}

type Version = RecordedState['versions'][number];

class PuttingBack {
  readonly #secretId: string;

  constructor(
    private readonly state: RecordedState,
    private readonly sandbox: Sandbox,
    private readonly keys: readonly CreatedKey[],
  ) {
    this.#secretId = secretName(sandbox.environment, RAG);
  }

  async putBack(): Promise<void> {
    const { versions, rotationEnabled, tags } = this.state;
    const ids = new Map<Version, string>();
    // A secret that never rotated still has the version that it was deployed with.
    const isFirst = ({ labels }: Version) => labels.includes(AWS_CURRENT) && !this.#with(AWS_PREVIOUS);
    for (const version of versions) ids.set(version, isFirst(version) ? this.#firstId : await this.#put(version));
    for (const label of [AWS_PREVIOUS, AWS_CURRENT]) {
      const version = this.#with(label);
      if (version && !isFirst(version)) await this.#label(AWS_CURRENT, ids.get(version) ?? '');
    }
    for (const [version, id] of ids) {
      for (const label of version.labels) if (!label.startsWith('AWS')) await this.#label(this.#filledIn(label), id);
    }
    await this.#label(BEING_PUT_BACK);
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value: this.#filledIn(Value) }));
    if (Tags.length > 0) await this.#ask('TagResource', { Tags });
    if (!rotationEnabled) await this.#ask('CancelRotateSecret', {});
    await this.#putParameters();
  }

  /** A version of a rotation under way is announced by Secrets Manager, which goes on with it later. */
  async #put({ holds, labels }: Version): Promise<string> {
    const ClientRequestToken = this.sandbox.random.uuid();
    if (labels.includes(AWS_PENDING)) await this.#announce(ClientRequestToken);
    if (holds !== null) {
      const SecretString = this.#filledIn(holds);
      const VersionStages = [BEING_PUT_BACK, ...labels.filter((label) => label === AWS_PENDING)];
      await this.#ask('PutSecretValue', { ClientRequestToken, SecretString, VersionStages });
    }
    return ClientRequestToken;
  }

  async #announce(ClientRequestToken: string): Promise<void> {
    const { faults } = this.sandbox;
    const error = { code: 'ServiceException', message: 'the old release is gone', status: 500 };
    const caller = 'secretsmanager.amazonaws.com';
    const times = Number.MAX_SAFE_INTEGER;
    faults.plan({ service: 'lambda', operation: 'Invoke', caller, times, skip: 0, side: 'before', error });
    await this.#ask('RotateSecret', { ClientRequestToken });
    await this.sandbox.settle();
    faults.clear();
  }

  /** Moves a label to a version from wherever it is, or takes it off. */
  async #label(VersionStage: string, MoveToVersionId?: string): Promise<void> {
    const holder = this.#secret.versions.find(({ labels }) => labels.includes(VersionStage))?.id;
    if (holder === MoveToVersionId) return;
    const to = MoveToVersionId === undefined ? {} : { MoveToVersionId };
    const from = holder === undefined ? {} : { RemoveFromVersionId: holder };
    await this.#ask('UpdateSecretVersionStage', { VersionStage, ...to, ...from });
  }

  async #putParameters(): Promise<void> {
    const { account, environment, settings } = this.sandbox;
    const { parameters } = this.state;
    const registration = registrationParameterName(environment, RAG);
    if (!(registration in parameters)) await account.inspect('ssm', 'DeleteParameter', { Name: registration });
    for (const [name, value] of Object.entries(parameters)) {
      const secure = name.includes('/spares/') ? { Type: 'SecureString', KeyId: settings.keyArn } : { Type: 'String' };
      const input = { Name: this.#filledIn(name), Value: this.#filledIn(value), Overwrite: true, ...secure };
      await account.inspect('ssm', 'PutParameter', input);
    }
  }

  async #ask(operation: string, input: Readonly<Record<string, unknown>>): Promise<void> {
    await this.sandbox.account.inspect('secretsmanager', operation, { SecretId: this.#secretId, ...input });
  }

  #with(label: string): Version | undefined {
    return this.state.versions.find(({ labels }) => labels.includes(label));
  }

  #filledIn(text: string): string {
    return filledIn(text, this.keys);
  }

  get #firstId(): string {
    return this.#secret.versions.find(({ labels }) => labels.includes(AWS_CURRENT))?.id ?? '';
  }

  get #secret() {
    const secret = this.sandbox.secretsManager.secrets().find(({ name }) => name === this.#secretId);
    if (!secret) throw new Error(`there is no secret ${this.#secretId}`);
    return secret;
  }
}
