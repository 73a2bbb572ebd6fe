import type { AwsAccount } from '../account';
import { roleSession } from '../role-session';
import type { Caller } from '../service';

/** Version of the CDK bootstrap stack that the simulated account has. */
const BOOTSTRAP_VERSION = '30';
const VERSION_PARAMETER = '/cdk-bootstrap/hnb659fds/version';

/** As whom CloudFormation makes its calls: the bootstrap stack's execution role. */
export function cloudFormationCaller(account: AwsAccount): Caller {
  const role = `cdk-hnb659fds-cfn-exec-role-${account.id}-${account.region}`;
  return roleSession(account.id, role, 'AWSCloudFormation');
}

/** Puts in place what `cdk bootstrap` leaves behind and templates look for. Safe to repeat. */
export async function bootstrap(account: AwsAccount): Promise<void> {
  await account.call(
    'ssm',
    'PutParameter',
    { Name: VERSION_PARAMETER, Value: BOOTSTRAP_VERSION, Type: 'String', Overwrite: true },
    account.administrator,
  );
}
