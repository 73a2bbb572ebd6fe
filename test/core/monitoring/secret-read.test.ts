import { secretReadIn } from '../../../lib/core/monitoring/secret-read';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:prod/claude/rag-service/key';

const eventWith = (secretId: unknown, detail: object = { errorCode: 'AccessDenied' }): object => ({
  'detail-type': 'AWS API Call via CloudTrail',
  detail: {
    eventName: 'GetSecretValue',
    requestParameters: { secretId },
    userIdentity: { arn: 'arn:aws:sts::111111111111:assumed-role/someone/session' },
    ...detail,
  },
});

describe('secretReadIn', () => {
  it.each([
    ['its name', 'prod/claude/rag-service/key'],
    ['its ARN', `${ARN}-AbC12f`],
    ['an ARN without its end', ARN],
  ])('knows a service by %s', (_what, secretId) => {
    expect(secretReadIn(eventWith(secretId), 'prod')).toEqual({
      service: 'rag-service',
      principal: 'arn:aws:sts::111111111111:assumed-role/someone/session',
      breakGlass: false,
    });
  });

  it.each(['prod/claude/rag-service/key', `${ARN}-AbC12f`])('knows it by the error alone, which says %s', (name) => {
    const errorMessage = `User: x is not authorized to perform: secretsmanager:GetSecretValue on resource: ${name} because no identity-based policy allows it`;
    const event = eventWith(undefined, { errorCode: 'AccessDenied', requestParameters: null, errorMessage });
    expect(secretReadIn(event, 'prod')).toMatchObject({ service: 'rag-service', breakGlass: false });
  });

  it.each([
    ['another environment', eventWith('dev/claude/rag-service/key')],
    ['the admin key', eventWith('prod/claude-platform/admin-key')],
    ['another call', eventWith('prod/claude/rag-service/key', { eventName: 'PutSecretValue' })],
    ['no secret', eventWith(undefined)],
    ['nothing at all', undefined],
    ['no detail', { detail: null }],
  ])('passes over an event of %s', (_what, event) => {
    expect(secretReadIn(event, 'prod')).toBeUndefined();
  });

  it('tells a read in the role for emergencies from one that it was refused', () => {
    const userIdentity = { sessionContext: { sessionIssuer: { userName: 'claude-keys-prod-breakGlass' } } };
    const read = (detail: object) => secretReadIn(eventWith('prod/claude/rag-service/key', detail), 'prod')?.breakGlass;
    expect(read({ userIdentity })).toBe(true);
    expect(read({ userIdentity, errorCode: 'AccessDenied' })).toBe(false);
  });
});
