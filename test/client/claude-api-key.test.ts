import { inspect } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import type { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { type ClaudeApiKeyOptions, claudeApiKey, claudeKey } from '../../lib/client';
import { PLACEHOLDER } from '../../lib/contract/placeholder';
import { BASE_URL, ClaudeWorld, rejection } from '../sandbox/claude/claude-world';

const SECRET_ID = 'prod/claude/rag-service/key';
const CACHE_MS = 20_000;
const LONGEST_USE_MS = 300_000;

/** One secret that can be changed, broken, and held up. */
class OneSecret {
  readonly commands: GetSecretValueCommand[] = [];
  value: string | undefined;
  failure: Error | undefined;
  #gate: Promise<void> = Promise.resolve();

  constructor(value: string) {
    this.value = value;
  }

  get reads(): number {
    return this.commands.length;
  }

  /** Reads see the value of when they began, and end when the returned function is called. */
  hold(): () => void {
    let release = (): void => {};
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return () => release();
  }

  async send(command: GetSecretValueCommand): Promise<{ SecretString?: string | undefined }> {
    this.commands.push(command);
    const { value, failure } = this;
    await this.#gate;
    if (failure) throw failure;
    return { SecretString: value };
  }
}

describe('claudeApiKey', () => {
  let world: ClaudeWorld;
  let secret: OneSecret;
  let oldKey: { readonly id: string; readonly rawKey: string };
  let newKey: { readonly id: string; readonly rawKey: string };

  beforeEach(() => {
    world = new ClaudeWorld({ deactivationDelayMs: 0 });
    oldKey = world.organization.createKey({ name: 'old' });
    newKey = world.organization.createKey({ name: 'new' });
    secret = new OneSecret(oldKey.rawKey);
  });

  const make = (options: Partial<ClaudeApiKeyOptions> = {}) =>
    claudeApiKey({ secretId: SECRET_ID, client: secret, clock: world.clock, ...options });

  const service = (options: Partial<ClaudeApiKeyOptions> = {}) =>
    new Anthropic({ ...make(options), baseURL: BASE_URL, fetch: world.fetch, maxRetries: 0, logLevel: 'off' });

  const ask = (claude: Anthropic) =>
    claude.messages.create({
      model: 'claude-haiku-5-5',
      max_tokens: 8,
      messages: [{ role: 'user', content: 'Hello' }],
    });

  /** The old key is replaced in the secret and disabled at the issuer: what an emergency rotation does. */
  const rotateInEmergency = (): void => {
    secret.value = newKey.rawKey;
    world.organization.setStatus(oldKey.id, 'inactive');
  };

  const refusals = (): number => world.organization.refusals.get(oldKey.id)?.total ?? 0;

  it('keeps the SDK on the current key in one line', async () => {
    const options = { client: secret, clock: world.clock };
    const claude = new Anthropic({ ...claudeKey(SECRET_ID, options), baseURL: BASE_URL, fetch: world.fetch });
    await ask(claude);
    expect(world.organization.use.get(oldKey.id)?.total).toBe(1);
    expect(secret.commands[0]?.input).toEqual({ SecretId: SECRET_ID });
  });

  describe('cache', () => {
    it('serves a key for 20 seconds, and reads it again from that instant', async () => {
      const { apiKey } = make();
      await apiKey();
      secret.value = newKey.rawKey;
      await world.clock.advanceBy(CACHE_MS - 1);
      expect(await apiKey()).toBe(oldKey.rawKey);
      await world.clock.advanceBy(1);
      expect(await apiKey()).toBe(newKey.rawKey);
      expect(secret.reads).toBe(2);
    });

    it('counts a key’s age from when its reading began', async () => {
      const { apiKey } = make();
      const release = secret.hold();
      const first = apiKey();
      await world.clock.advanceBy(CACHE_MS - 1);
      release();
      await first;
      await apiKey();
      expect(secret.reads).toBe(1);
      await world.clock.advanceBy(1);
      await apiKey();
      expect(secret.reads).toBe(2);
    });

    it('reads once, however many requests wait', async () => {
      const { apiKey } = make();
      const release = secret.hold();
      const keys = Promise.all(Array.from({ length: 50 }, () => apiKey()));
      release();
      expect(new Set(await keys)).toEqual(new Set([oldKey.rawKey]));
      expect(secret.reads).toBe(1);
    });

    it('reads again when the clock was set back', async () => {
      let now = new Date('2026-11-20T09:30:00Z');
      const { apiKey } = make({ clock: { now: () => now } });
      await apiKey();
      now = new Date('2026-11-20T09:29:59Z');
      await apiKey();
      expect(secret.reads).toBe(2);
    });

    it.each([15, 20, 30])('may last %i seconds', async (cacheSeconds) => {
      const { apiKey } = make({ cacheSeconds });
      await apiKey();
      await world.clock.advanceBy(cacheSeconds * 1000 - 1);
      await apiKey();
      expect(secret.reads).toBe(1);
    });

    it.each([14.9, 30.1, 0, Number.NaN])('rejects to last %d seconds', (cacheSeconds) => {
      expect(() => make({ cacheSeconds })).toThrow(/15 to 30/);
    });
  });

  describe('while the secret cannot be read', () => {
    const outage = (): void => {
      secret.failure = Object.assign(new Error('private words'), { name: 'InternalServiceError' });
    };

    it('serves the last key for five minutes since it was read, and then fails', async () => {
      const { apiKey } = make();
      await apiKey();
      outage();
      await world.clock.advanceBy(LONGEST_USE_MS - 1);
      expect(await apiKey()).toBe(oldKey.rawKey);
      await world.clock.advanceBy(1);
      expect(await rejection(apiKey())).toMatchObject({
        code: 'AwsFailed',
        message: `the secret "${SECRET_ID}" could not be read: InternalServiceError`,
      });
    });

    it('waits a second before it reads again', async () => {
      const { apiKey } = make();
      await apiKey();
      outage();
      await world.clock.advanceBy(CACHE_MS);
      await apiKey();
      await world.clock.advanceBy(999);
      await apiKey();
      expect(secret.reads).toBe(2);
      await world.clock.advanceBy(1);
      await apiKey();
      expect(secret.reads).toBe(3);
    });

    it('recovers as soon as a read succeeds', async () => {
      const { apiKey } = make();
      await apiKey();
      outage();
      await world.clock.advanceBy(LONGEST_USE_MS);
      await rejection(apiKey());
      secret.failure = undefined;
      secret.value = newKey.rawKey;
      expect(await apiKey()).toBe(newKey.rawKey);
    });

    it('returns the refusal of a key that it cannot replace', async () => {
      const claude = service();
      await ask(claude);
      rotateInEmergency();
      outage();
      expect(await rejection(ask(claude))).toBeInstanceOf(Anthropic.AuthenticationError);
    });

    it('keeps what the failure said, and every key, out of its error', async () => {
      secret.failure = Object.assign(new Error(oldKey.rawKey), { $responseBodyText: oldKey.rawKey });
      const error = await rejection(make().apiKey());
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(oldKey.rawKey.slice(16, -4));
    });
  });

  describe('value', () => {
    it('rejects the placeholder, and says what to do', async () => {
      secret.value = PLACEHOLDER;
      expect(await rejection(make().apiKey())).toMatchObject({
        code: 'NoKeyStaged',
        message: expect.stringContaining('keys stage'),
      });
    });

    it.each([undefined, '', ' \n'])('rejects a secret that holds %j', async (value) => {
      secret.value = value;
      expect(await rejection(make().apiKey())).toMatchObject({ code: 'BadRecord' });
    });

    it('bears a line break behind the key, as an editor leaves one', async () => {
      secret.value = `${oldKey.rawKey}\n`;
      expect(await make().apiKey()).toBe(oldKey.rawKey);
    });

    it('reaches the caller of the SDK as the cause', async () => {
      secret.value = PLACEHOLDER;
      expect((await rejection(ask(service()))).cause).toMatchObject({ code: 'NoKeyStaged' });
    });
  });

  describe('on a refusal', () => {
    it('reads the new key and sends the request again, unnoticed by the caller', async () => {
      const claude = service();
      await ask(claude);
      rotateInEmergency();
      const message = await ask(claude);
      expect(message.content).toEqual([{ type: 'text', text: 'Hello.' }]);
      expect(refusals()).toBe(1);
      expect(world.organization.use.get(newKey.id)?.total).toBe(1);
      expect(secret.reads).toBe(2);
    });

    it('reads once for many refused requests', async () => {
      const claude = service();
      await ask(claude);
      rotateInEmergency();
      await Promise.all(Array.from({ length: 50 }, () => ask(claude)));
      expect(secret.reads).toBe(2);
      expect(world.organization.use.get(newKey.id)?.total).toBe(50);
    });

    it('returns the refusal when the secret still holds the refused key', async () => {
      const claude = service();
      await ask(claude);
      world.organization.setStatus(oldKey.id, 'inactive');
      expect(await rejection(ask(claude))).toBeInstanceOf(Anthropic.AuthenticationError);
      expect(refusals()).toBe(1);
    });

    it('asks for a refused key once a second at most', async () => {
      const claude = service();
      await ask(claude);
      world.organization.setStatus(oldKey.id, 'inactive');
      await rejection(ask(claude));
      await world.clock.advanceBy(999);
      await rejection(ask(claude));
      expect(secret.reads).toBe(2);
      secret.value = newKey.rawKey;
      await world.clock.advanceBy(1);
      await ask(claude);
      expect(secret.reads).toBe(3);
    });

    it('sends a request twice at most', async () => {
      const claude = service();
      await ask(claude);
      rotateInEmergency();
      world.organization.setStatus(newKey.id, 'inactive');
      expect(await rejection(ask(claude))).toBeInstanceOf(Anthropic.AuthenticationError);
      expect(world.requests).toHaveLength(3);
    });

    it('leaves a key alone that it did not give out', async () => {
      const claude = service().withOptions({ apiKey: 'a key of the caller' });
      expect(await rejection(ask(claude))).toBeInstanceOf(Anthropic.AuthenticationError);
      expect(secret.reads).toBe(0);
    });

    it.each([400, 403, 429, 529])('leaves an answer of %i alone', async (status) => {
      const claude = service();
      await ask(claude);
      secret.value = newKey.rawKey;
      world.organization.faults.push({ times: 1, answer: { status } });
      expect(await rejection(ask(claude))).toMatchObject({ status });
      expect(world.requests).toHaveLength(2);
      expect(secret.reads).toBe(1);
    });
  });

  it('shows no key when it is printed', async () => {
    const key = make();
    await key.apiKey();
    expect(inspect(key, { depth: 9, showHidden: true })).not.toContain(oldKey.rawKey.slice(16, -4));
  });
});
