import fc from 'fast-check';
import {
  AWS_CURRENT,
  disablingLabel,
  keyLabel,
  pausedLabel,
  readLabels,
  retiringLabel,
} from '../../lib/contract/labels';
import {
  conventionalKeyName,
  secretName,
  serviceOfSecretName,
  spareOfParameterName,
  spareParameterName,
} from '../../lib/contract/names';
import { PLACEHOLDER } from '../../lib/contract/placeholder';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('names', () => {
  it('lead back to the service and the key they were made from', () => {
    fc.assert(
      fc.property(name, name, name, (environment, service, keyId) => {
        expect(serviceOfSecretName(environment, secretName(environment, service))).toBe(service);
        expect(spareOfParameterName(environment, spareParameterName(environment, service, keyId))).toEqual({
          service,
          keyId,
        });
      }),
    );
  });

  it.each([
    'prod/claude/key',
    'prod/claude//key',
    'prod/claude/a/b/key',
    'dev/claude/a/key',
    'prod/claude-platform/admin-key',
  ])('rejects %s as a name of a service of prod', (other) => {
    expect(serviceOfSecretName('prod', other)).toBeUndefined();
  });

  it('tell a person what to call a new key', () => {
    expect(conventionalKeyName('prod', 'rag-service', new Date('2026-11-20T23:59:59Z'))).toBe(
      'prod-rag-service-2026-11-20',
    );
  });
});

describe('labels', () => {
  it('say again what they were made from', () => {
    fc.assert(
      fc.property(time, time, time, (retiringSince, disablingSince, pausedUntil) => {
        const labels = [
          AWS_CURRENT,
          keyLabel('apikey_1'),
          retiringLabel(retiringSince),
          disablingLabel(disablingSince),
          pausedLabel(pausedUntil),
        ];
        const marks = { keyId: 'apikey_1', retiringSince, disablingSince, pausedUntil };
        expect(readLabels(labels)).toEqual({ current: true, pending: false, previous: false, ...marks });
      }),
    );
  });

  it('are ignored when their time is malformed', () => {
    expect(readLabels(['RETIRING-soon'])).toEqual({ current: false, pending: false, previous: false });
  });
});

describe('PLACEHOLDER', () => {
  it('never changes, since CloudFormation would write it over every live key', () => {
    expect(PLACEHOLDER).toBe('no-claude-key-staged-yet');
  });
});
