import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { roleNameOf } from '../../sandbox/aws/role-session';
import { readerRoleArns } from '../../sandbox/readers';
import { ACCOUNT, aServiceApiKey, aStack, plain } from '../constructs/templates';

/** The policy of a secret that roles of these names read, as a deployment hands it to Secrets Manager. */
function policyFor(...readers: readonly string[]): string {
  const stack = aStack();
  const key = aServiceApiKey(stack);
  for (const name of readers) {
    key.grantRead(new Role(stack, name, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  }
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::SecretsManager::ResourcePolicy'));
  return JSON.stringify(plain(policy?.Properties.ResourcePolicy));
}

describe('readerRoleArns', () => {
  it('finds every role that was granted the key, and none of the platform', () => {
    expect(readerRoleArns(policyFor('Api', 'Worker'), 'prod')).toEqual(['<Api.Arn>', '<Worker.Arn>']);
  });

  it('finds nobody where nobody was granted the key', () => {
    expect(readerRoleArns(policyFor(), 'prod')).toEqual([]);
  });

  it('finds nobody in a policy that says nothing about reading', () => {
    expect(readerRoleArns('{}', 'prod')).toEqual([]);
  });
});

describe('roleNameOf', () => {
  it('leaves out the path of a role', () => {
    expect(roleNameOf(`arn:aws:iam::${ACCOUNT}:role/search/team/reader`)).toBe('reader');
  });
});
