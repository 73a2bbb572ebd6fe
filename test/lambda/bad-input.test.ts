import { inspect } from 'node:util';
import fc from 'fast-check';
import { isScheduled, requestIn as reconcileRequestIn } from '../../lambda/reconcile/request';
import { requestIn as rotateRequestIn } from '../../lambda/rotate/request';
import { reconcileSettings } from '../../lambda/settings';
import { RECONCILE_VARIABLES, ROTATE_VARIABLES } from '../../lib/contract/function-environment';
import { isKeyRotationError } from '../../lib/core/errors';
import { ROTATION_STEPS } from '../../lib/core/keys/rotation';

const SEED = 20_261_120;
const PRIVATE = 'private words';
/** Any JSON, often with fields of the names that matter. */
const json = fc.oneof(fc.jsonValue(), fc.constant(PRIVATE));
const eventWith = (...fields: readonly string[]) =>
  fc.oneof(json, fc.record(Object.fromEntries(fields.map((field) => [field, json])), { requiredKeys: [] }));

/** What a function makes of an input: a value, or an error of ours of these codes that repeats nothing of the input. */
function valueOrRefusal<Value>(read: () => Value, ...codes: readonly string[]): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (!isKeyRotationError(error)) throw error;
    expect(codes).toContain(error.code);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(PRIVATE);
    return undefined;
  }
}

describe('an event of the rotate function', () => {
  const actions = fc.oneof(
    eventWith('Step', 'SecretId', 'ClientRequestToken'),
    fc.record({
      Step: fc.constantFrom(...ROTATION_STEPS),
      SecretId: json,
      ClientRequestToken: json,
    }),
  );

  it('is a step with a secret and a token, or is refused', () => {
    const check = fc.property(actions, (event) => {
      const request = valueOrRefusal(() => rotateRequestIn(event), 'UnknownStep', 'BadRequest');
      if (!request) return;
      expect(ROTATION_STEPS).toContain(request.step);
      expect(request.secretArn).toMatch(/./);
      expect(request.token).toMatch(/./);
    });
    fc.assert(check, { seed: SEED, numRuns: 2_000 });
  });

  it.each([null, undefined, 'createSecret', [], 5, {}])('rejects %j', (event) => {
    expect(() => rotateRequestIn(event)).toThrow(/no rotation step/);
  });
});

describe('an event of the reconcile function', () => {
  const ACTIONS = ['reconcile', 'status', 'issuer-keys', 'undo', 'revoke'];
  const events = fc.oneof(
    eventWith('action', 'service', 'keyId'),
    fc.record({ action: fc.constantFrom(...ACTIONS), service: json, keyId: json }, { requiredKeys: ['action'] }),
  );

  it('is scheduled, a request with a service where it needs one, or is refused', () => {
    const check = fc.property(events, (event) => {
      if (isScheduled(event)) return;
      const request = valueOrRefusal(() => reconcileRequestIn(event), 'BadRequest');
      if (!request) return;
      const { action, service, keyId } = { service: undefined, keyId: undefined, ...request };
      for (const name of [service, keyId]) if (name !== undefined) expect(name).toMatch(/^[^/\s]+$/);
      expect(['undo', 'revoke'].includes(action) && service === undefined).toBe(false);
      expect(action === 'revoke' && keyId === undefined).toBe(false);
    });
    fc.assert(check, { seed: SEED, numRuns: 2_000 });
  });

  it.each([null, 'status', [], 5])('rejects %j, rather than run', (event) => {
    expect(isScheduled(event)).toBe(false);
    expect(() => reconcileRequestIn(event)).toThrow(/unknown action/);
  });

  it.each([undefined, '', '../x', 'a b', 7, {}])('rejects to undo for the service %j', (service) => {
    expect(() => reconcileRequestIn({ action: 'undo', service })).toThrow(/names no service/);
  });
});

describe('a request to revoke', () => {
  it.each([undefined, '', '../x', 'a b', 7, {}])('is rejected for the key %j', (keyId) => {
    expect(() => reconcileRequestIn({ action: 'revoke', service: 'rag', keyId })).toThrow(/names no key/);
  });

  it.each([undefined, '../x', 7])('is rejected for the service %j', (service) => {
    expect(() => reconcileRequestIn({ action: 'revoke', service, keyId: 'k1' })).toThrow(/names no service/);
  });
});

describe('the environment of the functions', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('', 'adminKey', 'manual', '2027-03-01', '2027-13-01', 'soon', '90', '{"rateLimits":[]}'),
  );
  const names = Object.values(RECONCILE_VARIABLES);
  const environments = fc.record(Object.fromEntries(names.map((name) => [name, text])), { requiredKeys: [] });

  it('gives whole settings, or is refused', () => {
    const check = fc.property(environments, (env) => {
      const settings = valueOrRefusal(() => reconcileSettings(env), 'BadSettings');
      if (!settings) return;
      expect(['adminKey', 'manual']).toContain(settings.issuerAccess);
      expect(settings.adminKeyExpiresOn?.getTime()).not.toBeNaN();
      expect(settings.adminKeyMaxAgeDays ?? 1).toBeGreaterThan(0);
      expect(settings.workspaceLimits?.rateLimits ?? []).toBeInstanceOf(Array);
      for (const value of [settings.environment, settings.workspaceId, settings.organizationId])
        expect(value).toMatch(/./s);
    });
    fc.assert(check, { seed: SEED, numRuns: 2_000 });
  });

  const whole = {
    ...Object.fromEntries(names.map((name) => [name, ''])),
    ...Object.fromEntries(Object.values(ROTATE_VARIABLES).map((name) => [name, 'something'])),
    [RECONCILE_VARIABLES.issuerAccess]: 'adminKey',
    [RECONCILE_VARIABLES.warningTopicArn]: 'something',
    [RECONCILE_VARIABLES.criticalTopicArn]: 'something',
    [RECONCILE_VARIABLES.timeZone]: 'UTC',
  };

  it.each(['0', '-1', '1.5', 'ninety'])('rejects %s as the greatest age of the admin key', (days) => {
    expect(() => reconcileSettings({ ...whole, [RECONCILE_VARIABLES.adminKeyMaxAgeDays]: days })).toThrow(
      /greatest age/,
    );
  });

  it.each(['{', 'null', '{"rateLimits":{}}', '{"rateLimits":[],"monthlySpendUsd":"5"}'])(
    'rejects %s as the limits of the workspace',
    (limits) => {
      const env = { ...whole, [RECONCILE_VARIABLES.workspaceLimits]: limits };
      expect(() => reconcileSettings(env)).toThrow(/limits of the workspace/);
    },
  );

  it('takes what is declared, and nothing where nothing is', () => {
    expect(reconcileSettings(whole)).not.toHaveProperty('workspaceLimits');
    expect(reconcileSettings(whole)).not.toHaveProperty('adminKeyMaxAgeDays');
    const limits = { monthlySpendUsd: 5, rateLimits: [{ of: 'batch', requestsPerMinute: 5 }] };
    const env = {
      ...whole,
      [RECONCILE_VARIABLES.adminKeyMaxAgeDays]: '30',
      [RECONCILE_VARIABLES.workspaceLimits]: JSON.stringify(limits),
    };
    expect(reconcileSettings(env)).toMatchObject({ adminKeyMaxAgeDays: 30, workspaceLimits: limits });
  });

  it.each(['soon', '2027-13-01', 'March'])('rejects %s as the day on which the admin key expires', (day) => {
    const env = {
      ...Object.fromEntries(names.map((name) => [name, 'something'])),
      [RECONCILE_VARIABLES.timeZone]: 'UTC',
    };
    const all = {
      ...env,
      [RECONCILE_VARIABLES.issuerAccess]: 'adminKey',
      [RECONCILE_VARIABLES.adminKeyExpiresOn]: day,
    };
    expect(() => reconcileSettings(all)).toThrow(/the day on which the admin key expires/);
  });
});
