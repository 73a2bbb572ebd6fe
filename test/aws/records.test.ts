import fc from 'fast-check';
import { readAdminKey } from '../../lib/aws/admin-key';
import { registrationOf } from '../../lib/aws/registration-record';
import { AwsServiceRegistry } from '../../lib/aws/registry';
import { AwsSpareShelf } from '../../lib/aws/spares';
import { adminSecretName, registrationParameterName, spareParameterName } from '../../lib/contract/names';
import { PLACEHOLDER } from '../../lib/contract/placeholder';
import { DEFAULT_POLICY } from '../../lib/contract/registration';
import { isKeyRotationError } from '../../lib/core/errors';
import type { HttpHandler } from '../../sandbox/http';
import { checkError } from '../support/bad-answers/probe';
import { clientsOf, ENVIRONMENT, newKeyText, RAG } from './aws-under-test';

const SEED = 20_261_120;
const NAME = registrationParameterName(ENVIRONMENT, RAG);
const REGISTRATION = { service: RAG, owner: 'search', issuer: 'claude-console', policy: DEFAULT_POLICY };
/** What another hand may have written in a field's place. */
const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 1e300, 1e9, '', 'private words', null));

const textOf = (value: unknown): string => JSON.stringify(value);
const policyWith = (changes: object): string => textOf({ ...REGISTRATION, policy: { ...DEFAULT_POLICY, ...changes } });

/** Answers every read with this value. */
const holding =
  (field: 'SecretString' | 'Value', name: string, value: string): HttpHandler =>
  async () => {
    const body = field === 'Value' ? { Parameter: { Name: name, Value: value } } : { Name: name, SecretString: value };
    return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
  };

describe('a registration', () => {
  it('of an older release gets the defaults for what it lacks', () => {
    const { overlapHours: _, ...older } = DEFAULT_POLICY;
    const text = textOf({ ...REGISTRATION, policy: { ...older, quietHours: 30 } });
    expect(registrationOf(text, NAME).policy).toEqual({ ...DEFAULT_POLICY, quietHours: 30 });
  });

  it('of a newer release loses what this one does not know', () => {
    const text = textOf({ ...REGISTRATION, colour: 'red', policy: { ...DEFAULT_POLICY, moonPhase: 3 } });
    expect(registrationOf(text, NAME)).toEqual(REGISTRATION);
  });

  it.each([
    ['nothing', ''],
    ['half of it', textOf(REGISTRATION).slice(0, 90)],
    ['another service’s', textOf({ ...REGISTRATION, service: 'chat-service' })],
    ['an issuer of another release', textOf({ ...REGISTRATION, issuer: 'bedrock' })],
    ['no owner', textOf({ ...REGISTRATION, owner: undefined })],
    ['no policy', textOf({ ...REGISTRATION, policy: null })],
    ['a list for a policy', textOf({ ...REGISTRATION, policy: [] })],
    ['a text for a number', policyWith({ overlapHours: '48' })],
    ['less than nothing', policyWith({ overlapHours: -1 })],
    ['more than anybody means', policyWith({ quietHours: 1e9 })],
    ['an unknown word', policyWith({ atRetirementDeadline: 'explode' })],
  ])('rejects %s', (_what, text) => {
    expect(() => registrationOf(text, NAME)).toThrow(/write it again/);
  });

  it('is whole or rejected, whatever stands in whichever field', () => {
    const fields = fc.constantFrom(...Object.keys(DEFAULT_POLICY), 'untoldConditions');
    const check = fc.property(fields, anything, (field, value) => {
      try {
        const { policy } = registrationOf(policyWith({ [field]: value }), NAME);
        for (const [name, known] of Object.entries(DEFAULT_POLICY))
          expect(typeof Reflect.get(policy, name)).toBe(typeof known);
      } catch (error) {
        if (!isKeyRotationError(error)) throw error;
        checkError(error, ['BadRecord'], []);
      }
    });
    fc.assert(check, { seed: SEED, numRuns: 2_000 });
  });

  it('that is broken is left out of the list, and named when it is asked for', async () => {
    const body = {
      Parameters: [
        { Name: NAME, Value: '{' },
        { Name: NAME.replace(RAG, 'other'), Value: textOf({ ...REGISTRATION, service: 'other' }) },
      ],
    };
    const listing: HttpHandler = async () => ({ status: 200, headers: {}, body: JSON.stringify(body) });
    const registry = (outside: HttpHandler) => new AwsServiceRegistry(clientsOf(outside).ssm(), ENVIRONMENT);
    expect((await registry(listing).list()).map(({ service }) => service)).toEqual(['other']);
    const found = registry(holding('Value', NAME, '{')).find(RAG);
    await expect(found).rejects.toMatchObject({ code: 'BadRecord', message: expect.stringContaining(NAME) });
  });
});

describe('the record of a spare', () => {
  const name = spareParameterName(ENVIRONMENT, RAG, 'apikey_01');
  const time = '2026-01-05T08:00:00.000Z';
  const key = newKeyText();
  const record = { apiKey: key, keyId: 'apikey_01', keyName: 'x', createdAt: time, expiresAt: null, stagedAt: time };
  const read = (value: unknown) =>
    new AwsSpareShelf(clientsOf(holding('Value', name, textOf(value))).ssm(), ENVIRONMENT).read(RAG, 'apikey_01');

  it('is whole or rejected, whatever stands in whichever field, and never told', async () => {
    const check = fc.asyncProperty(fc.constantFrom(...Object.keys(record)), anything, async (field, value) => {
      try {
        const spare = await read({ ...record, [field]: value });
        expect(spare?.key.reveal()).toMatch(/./s);
        for (const date of [spare?.createdAt, spare?.stagedAt, spare?.expiresAt]) expect(date?.getTime()).not.toBeNaN();
      } catch (error) {
        if (!isKeyRotationError(error)) throw error;
        checkError(error, ['BadRecord'], [key.slice(10, 40)]);
      }
    });
    await fc.assert(check, { seed: SEED, numRuns: 400 });
  });

  it.each([null, [], 'a text', { ...record, keyId: 'apikey_02' }, { ...record, createdAt: '1' }])(
    'rejects %j',
    async (value) => {
      await expect(read(value)).rejects.toMatchObject({ code: 'BadRecord', message: expect.stringContaining(name) });
    },
  );
});

describe('the secret of the admin key', () => {
  const read = (text: string) => {
    const outside = holding('SecretString', adminSecretName(ENVIRONMENT), text);
    return readAdminKey(clientsOf(outside).secretsManager(), ENVIRONMENT);
  };

  it('holds something that can be sent, or is rejected, and its text is never told', async () => {
    const key = newKeyText();
    const around = fc.string({ unit: 'binary', maxLength: 3 });
    const check = fc.asyncProperty(around, around, async (before, after) => {
      try {
        expect((await read(before + key + after)).reveal()).toMatch(/^[\x21-\x7e]+$/);
      } catch (error) {
        if (!isKeyRotationError(error)) throw error;
        checkError(error, ['AdminKeyMissing'], [key]);
      }
    });
    await fc.assert(check, { seed: SEED, numRuns: 300 });
  });

  it.each([PLACEHOLDER, ` ${PLACEHOLDER}\n`, ' ', 'two words', 'one\nline', 'ünïcödé'])('rejects %j', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'AdminKeyMissing' });
  });

  it('may end with a line break, as an editor leaves one', async () => {
    const key = newKeyText();
    expect((await read(`${key}\n`)).reveal()).toBe(key);
  });
});
