import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnFunction, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { FunctionNetwork } from '../config/environment-config';
import { acceptFindings } from './findings';

/** What Lambda does with a function's role to put it into a network. None of these can be bound to one network. */
const NETWORK_ACTIONS = [
  'AssignPrivateIpAddresses',
  'CreateNetworkInterface',
  'DeleteNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'UnassignPrivateIpAddresses',
].map((action) => `ec2:${action}`);

/**
 * Has a function run in private subnets. By ids and L1, since the L2 wants a VPC with its availability zones, and
 * attaches a policy that lets the function's own code change networks.
 */
export function runInNetwork(
  fn: LambdaFunction,
  functionName: string,
  role: Role,
  { subnetIds, securityGroupIds }: FunctionNetwork,
): void {
  allowNetworkInterfaces(role, functionName);
  if (!(fn.node.defaultChild instanceof CfnFunction)) throw new Error(`${fn.node.path} has no function`);
  fn.node.defaultChild.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
}

/**
 * Lambda itself uses the role for this; the code that runs in the function is told apart by its ARN, and may not.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function allowNetworkInterfaces(role: Role, functionName: string): void {
  const all = { actions: NETWORK_ACTIONS, resources: ['*'] };
  role.addToPolicy(new PolicyStatement({ sid: 'JoinNetwork', ...all }));
  const code = { ArnEquals: { 'lambda:SourceFunctionArn': arnOf(role, functionName) } };
  role.addToPolicy(new PolicyStatement({ sid: 'DenyNetworksToCode', effect: Effect.DENY, ...all, conditions: code }));
  acceptFindings(role, 'Lambda joins networks with actions that take no resource; the code itself is denied them', [
    'AwsSolutions-IAM5[Resource::*]',
  ]);
}

/** By name: the function waits for its role's policy, which therefore cannot refer to the function. */
function arnOf(role: Role, functionName: string): string {
  return Stack.of(role).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
