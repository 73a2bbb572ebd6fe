import type { AwsCall } from '../service';
import {
  arnIn,
  type DeployedPolicies,
  type NeededPermissions,
  type Permission,
  type PermissionTable,
  textIn,
} from './permission';

/** What Lambda asks IAM: of most operations, the action of the same name on the function. */
export const LAMBDA: PermissionTable = {
  AddPermission: onFunction('AddPermission'),
  CreateFunction: (call, deployed) => [...onFunction('CreateFunction')(call, deployed), ...passedRole(call)],
  DeleteFunction: onFunction('DeleteFunction'),
  GetFunctionConfiguration: onFunction('GetFunctionConfiguration'),
  GetPolicy: onFunction('GetPolicy'),
  Invoke: onFunction('InvokeFunction'),
  PutFunctionConcurrency: onFunction('PutFunctionConcurrency'),
  PutFunctionEventInvokeConfig: onFunction('PutFunctionEventInvokeConfig'),
  DeleteFunctionEventInvokeConfig: onFunction('DeleteFunctionEventInvokeConfig'),
  DeleteFunctionConcurrency: onFunction('DeleteFunctionConcurrency'),
  RemovePermission: onFunction('RemovePermission'),
  UpdateFunctionCode: onFunction('UpdateFunctionCode'),
  UpdateFunctionConfiguration: (call, deployed) => [
    ...onFunction('UpdateFunctionConfiguration')(call, deployed),
    ...passedRole(call),
  ],
};

function onFunction(action: string): NeededPermissions {
  return ({ input }, deployed) => {
    const name = textIn(input, 'FunctionName') ?? '';
    const resourcePolicy = deployed.lambda.policyOf(name);
    return [
      {
        action: `lambda:${action}`,
        resource: functionArn(name, deployed),
        ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      },
    ];
  };
}

/** Giving a role to a function is a permission of its own. */
function passedRole({ input }: AwsCall): readonly Permission[] {
  const role = textIn(input, 'Role');
  if (role === undefined) return [];
  return [{ action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } }];
}

const functionArn = (nameOrArn: string, deployed: DeployedPolicies): string =>
  nameOrArn.startsWith('arn:') ? nameOrArn : arnIn(deployed, 'lambda', `function:${nameOrArn}`);
