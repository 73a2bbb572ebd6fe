import type { PermissionTable } from './permission';

const onAll = (action: string) => () => [{ action: `ec2:${action}`, resource: '*' }];

/** What Lambda asks for a role whose function is to run in a network: nothing else of EC2 is modelled. */
export const EC2: PermissionTable = {
  CreateNetworkInterface: onAll('CreateNetworkInterface'),
  DeleteNetworkInterface: onAll('DeleteNetworkInterface'),
  DescribeNetworkInterfaces: onAll('DescribeNetworkInterfaces'),
};
