import fc from 'fast-check';
import {
  AWS_CURRENT,
  disablingLabel,
  intentLabel,
  keyLabel,
  pausedLabel,
  readLabels,
  retiringLabel,
  revokedLabel,
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
      fc.property(time, time, time, time, (retiringSince, disablingSince, revokedSince, pausedUntil) => {
        const labels = [
          AWS_CURRENT,
          keyLabel('apikey_1'),
          retiringLabel(retiringSince),
          disablingLabel(disablingSince),
          revokedLabel(revokedSince),
          pausedLabel(pausedUntil),
        ];
        const marks = { keyId: 'apikey_1', retiringSince, disablingSince, revokedSince, pausedUntil };
        expect(readLabels(labels)).toEqual({ current: true, pending: false, previous: false, ...marks });
      }),
    );
  });

  it('of a revoked key stand for its retirement and for the decision to disable it', () => {
    const revokedSince = new Date('2026-03-10T12:00:00Z');
    const marks = readLabels([keyLabel('k1'), revokedLabel(revokedSince)]);
    expect(marks).toMatchObject({ revokedSince, retiringSince: revokedSince, disablingSince: revokedSince });
    expect(intentLabel(marks)).toBe(revokedLabel(revokedSince));
    expect(intentLabel(readLabels([disablingLabel(revokedSince)]))).toBe(disablingLabel(revokedSince));
    expect(intentLabel(readLabels([keyLabel('k1')]))).toBeUndefined();
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
