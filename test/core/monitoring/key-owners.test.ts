import { AWS_CURRENT, keyLabel } from '../../../lib/contract/labels';
import { serviceOfKeys } from '../../../lib/core/monitoring/key-owners';
import { issuerKey, NOON, observationWith, secretWith } from '../../support/observations';

/** Who owns a key of this name that is in nobody's hand any more. */
const ownerByName = (name: string) => {
  const issuer = { access: 'ours', keys: new Map([['k9', issuerKey('k9', 'archived', { name })]]) } as const;
  const services = ['rag', 'rag-service'].map((service) => observationWith({ service, issuer }));
  return serviceOfKeys('prod', services)('k9');
};

describe('serviceOfKeys', () => {
  it('goes by what the secrets and the shelf hold', () => {
    const services = [
      observationWith({ spares: [{ service: 'rag', keyId: 'k2', stagedAt: NOON }] }),
      observationWith({ service: 'web', secret: secretWith({ v1: [AWS_CURRENT, keyLabel('k3')] }) }),
    ];
    const of = serviceOfKeys('prod', services);
    expect(['k1', 'k2', 'k3', 'k4'].map(of)).toEqual(['rag', 'rag', 'web', undefined]);
  });

  it('goes by what holds the key rather than by its name', () => {
    const issuer = {
      access: 'ours',
      keys: new Map([['k1', issuerKey('k1', 'active', { name: 'prod-web-2026-01-01' })]]),
    } as const;
    const services = [observationWith({ issuer }), observationWith({ service: 'web', issuer, secret: secretWith({}) })];
    expect(serviceOfKeys('prod', services)('k1')).toBe('rag');
  });

  it.each([
    ['prod-rag-2026-03-10', 'rag'],
    ['prod-rag-2026-03-10-2', 'rag'],
    ['prod-rag-2026-03-10-12', 'rag'],
    ['prod-rag-2026-03-10-old', 'rag'],
    ['prod-rag-by-hand', 'rag'],
    ['prod-rag-service-2026-03-10', 'rag-service'],
  ])('goes by the name of a key that is gone: %s', (name, service) => {
    expect(ownerByName(name)).toBe(service);
  });

  it.each(['dev-rag-2026-03-10', 'prod-rag', 'prod-web-2026-03-10', 'xprod-rag-2026-03-10', 'rag-2026-03-10'])(
    'knows nobody by the name %s',
    (name) => {
      expect(ownerByName(name)).toBeUndefined();
    },
  );

  it('knows nobody where there is no service, no list, and no secret', () => {
    expect(serviceOfKeys('prod', [])('k1')).toBeUndefined();
    const { secret, ...without } = observationWith({ issuer: { access: 'ours' } });
    expect(secret).toBeDefined();
    expect(serviceOfKeys('prod', [without])('k1')).toBeUndefined();
  });
});
