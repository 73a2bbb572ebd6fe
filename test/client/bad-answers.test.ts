import { inspect } from 'node:util';
import fc from 'fast-check';
import { claudeApiKey } from '../../lib/client';
import { PLACEHOLDER } from '../../lib/contract/placeholder';
import type { KeyRotationError } from '../../lib/core/errors';
import { VirtualClock } from '../../sandbox/clock';
import type { HttpHandler, HttpResponse } from '../../sandbox/http';
import { clientsOf, newKeyText } from '../aws/aws-under-test';
import { anyDamage, type Damage, damaged, everyFieldDamaged, PRIVATE } from '../support/bad-answers/damage';
import { checkError } from '../support/bad-answers/probe';

const SECRET_ID = 'prod/claude/rag-service/key';
const MINUTE_MS = 60_000;
const SEED = 20_261_120;

const answer = (value: unknown): HttpResponse => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ ARN: 'arn:x', Name: SECRET_ID, VersionId: '1', SecretString: value, VersionStages: ['x'] }),
});

/** A service's key that is read through the SDK from whatever answers now. */
function serviceKey(first: HttpResponse) {
  const clock = new VirtualClock(new Date('2026-11-20T09:30:00Z'));
  const told: KeyRotationError[] = [];
  let now = first;
  const outside: HttpHandler = async () => ({ ...now, headers: { ...now.headers } });
  const client = clientsOf(outside).secretsManager();
  const { apiKey } = claudeApiKey({
    secretId: SECRET_ID,
    client,
    clock,
    onReadFailure: (failure) => told.push(failure),
  });
  const says = (next: HttpResponse): void => {
    now = next;
  };
  return { apiKey, clock, told, says };
}

describe('a bad answer to the service’s client', () => {
  const key = newKeyText();
  const secrets = [key.slice(10, 40)];
  const truth = answer(key);
  const examples = everyFieldDamaged(truth).map((damage): [Damage] => [damage]);
  const bad = (damage: Damage) =>
    damaged(truth, damage, (field, value) => field === 'SecretString' && value === PRIVATE);

  it('leaves the last key serving for five minutes, and is told', async () => {
    const check = fc.asyncProperty(anyDamage, async (damage) => {
      const answered = bad(damage);
      if (!answered) return;
      const { apiKey, clock, told, says } = serviceKey(truth);
      await apiKey();
      says(answered);
      await clock.advanceBy(MINUTE_MS);
      const served = await apiKey();
      // A lie about the text is another key, and is not told from one.
      if (told.length > 0) expect(served).toBe(key);
      expect(served).toMatch(/^[\x21-\x7e]+$/);
      for (const failure of told) checkError(failure, ['AwsFailed', 'BadRecord'], secrets);
    });
    await fc.assert(check, { seed: SEED, numRuns: examples.length + 60, examples });
  });

  it('is an error of ours where there is no key yet', async () => {
    const check = fc.asyncProperty(anyDamage, async (damage) => {
      const answered = bad(damage);
      if (!answered) return;
      const outcome = await serviceKey(answered)
        .apiKey()
        .catch((error: unknown) => error);
      if (typeof outcome === 'string') expect(outcome).toMatch(/^[\x21-\x7e]+$/);
      else checkError(outcome, ['AwsFailed', 'BadRecord'], secrets);
    });
    await fc.assert(check, { seed: SEED, numRuns: examples.length + 60, examples });
  });

  it.each([
    ['the placeholder', PLACEHOLDER, 'NoKeyStaged'],
    ['the placeholder with a line break', `${PLACEHOLDER}\n`, 'NoKeyStaged'],
    ['nothing but blanks', ' \n', 'BadRecord'],
    ['two words', 'two words', 'BadRecord'],
    ['a number', 5, 'BadRecord'],
    ['no text', undefined, 'BadRecord'],
  ])('never hands out %s: the last key serves, is told, and then nothing', async (_what, value, code) => {
    const { apiKey, clock, told, says } = serviceKey(truth);
    await apiKey();
    says(answer(value));
    await clock.advanceBy(MINUTE_MS);

    expect(await apiKey()).toBe(key);
    expect(told).toMatchObject([{ code }]);

    await clock.advanceBy(5 * MINUTE_MS);
    await expect(apiKey()).rejects.toMatchObject({ code });
    expect(inspect(told, { depth: 9, showHidden: true })).not.toContain(secrets[0]);
  });

  it('recovers with the next good answer, and tells no more', async () => {
    const { apiKey, clock, told, says } = serviceKey(truth);
    const next = newKeyText();
    await apiKey();
    says({ ...truth, body: '<html>' });
    await clock.advanceBy(MINUTE_MS);
    await apiKey();
    says(answer(next));
    await clock.advanceBy(MINUTE_MS);

    expect(await apiKey()).toBe(next);
    expect(told).toHaveLength(1);
  });

  it('does not fail a request for a listener that throws', async () => {
    const clock = new VirtualClock(new Date('2026-11-20T09:30:00Z'));
    let reads = 0;
    const send = async () => {
      reads += 1;
      if (reads > 1) throw new Error(PRIVATE);
      return { SecretString: key };
    };
    const onReadFailure = (): void => {
      throw new Error('the log is full');
    };
    const { apiKey } = claudeApiKey({ secretId: SECRET_ID, client: { send }, clock, onReadFailure });
    await apiKey();
    await clock.advanceBy(MINUTE_MS);
    expect(await apiKey()).toBe(key);
  });
});
