import {
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { createSecretsAccount, NAME, type SecretsAccount } from './secrets-account';
import { ACCOUNT_ID } from './test-account';

let aws: SecretsAccount;

beforeEach(async () => {
  aws = await createSecretsAccount();
  await aws.create();
});

afterEach(() => aws.close());

const policy = (principal: unknown, more: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: principal, Action: 'secretsmanager:GetSecretValue', Resource: '*', ...more },
    ],
  });

const put = (ResourcePolicy: string, more: { BlockPublicPolicy?: boolean } = { BlockPublicPolicy: true }) =>
  aws.client.send(new PutResourcePolicyCommand({ SecretId: NAME, ResourcePolicy, ...more }));

const get = async () => (await aws.client.send(new GetResourcePolicyCommand({ SecretId: NAME }))).ResourcePolicy;

const ACCOUNT = { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` };

describe('a resource policy', () => {
  it('is given back laid out anew, until it is deleted', async () => {
    await put(policy(ACCOUNT));
    expect(await get()).toBe(
      [
        '{',
        '  "Version" : "2012-10-17",',
        '  "Statement" : [ {',
        '    "Effect" : "Allow",',
        '    "Principal" : {',
        `      "AWS" : "${ACCOUNT.AWS}"`,
        '    },',
        '    "Action" : "secretsmanager:GetSecretValue",',
        '    "Resource" : "*"',
        '  } ]',
        '}',
      ].join('\n'),
    );
    await aws.client.send(new DeleteResourcePolicyCommand({ SecretId: NAME }));
    expect(await get()).toBeUndefined();
  });

  it('for everybody is refused where it is asked to be', async () => {
    await expect(put(policy('*'))).rejects.toMatchObject({
      name: 'PublicPolicyException',
      message: 'You can not attach a resource policy that grants Public access to your secret.',
    });
    expect(await get()).toBeUndefined();
  });

  it('for everybody passes where nobody asked', async () => {
    await put(policy('*'), {});
    expect(JSON.parse((await get()) ?? '')).toEqual(JSON.parse(policy('*')));
  });

  it('may name everybody under a condition', async () => {
    const Condition = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT_ID } };
    await expect(put(policy('*', { Condition }))).resolves.toBeDefined();
  });

  it('has 20,480 characters at most', async () => {
    const padded = (length: number): string => policy(ACCOUNT).padEnd(length, ' ');
    await expect(put(padded(20_481))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put(padded(20_480))).resolves.toBeDefined();
  });

  it('rejects one that is not JSON', async () => {
    await expect(put('{')).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });
});
