import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Service } from '../config/environment';
import { ServiceApiKey } from '../constructs/service-api-key';

/** What a service stack is made of. */
export interface ServiceStackProps extends StackProps {
  /** Name of the environment. */
  readonly environment: string;
  /** The service, validated. */
  readonly service: Service;
}

/** One service's key in one environment, and who reads it. */
export class ServiceStack extends Stack {
  readonly key: ServiceApiKey;

  constructor(scope: Construct, id: string, { environment, service, ...props }: ServiceStackProps) {
    super(scope, id, props);
    const { name, readers, ...rest } = service;
    this.key = new ServiceApiKey(this, 'ApiKey', { environment, service: name, ...rest });
    for (const reader of this.readers(service)) this.key.grantRead(reader);
    new CfnOutput(this, 'SecretName', { value: this.key.secretName });
  }

  private readers({ name, readers }: Service): IRole[] {
    if (readers.role) return [this.createRole(name, readers.role.assumedBy)];
    return readers.roleArns.map((arn, index) => Role.fromRoleArn(this, `Reader${index}`, arn));
  }

  private createRole(service: string, assumedBy: string): Role {
    const role = new Role(this, 'Role', {
      description: `${service}: reads its own Claude API key`,
      assumedBy: new ServicePrincipal(assumedBy.includes('.') ? assumedBy : `${assumedBy}.amazonaws.com`),
    });
    new CfnOutput(this, 'RoleArn', { value: role.roleArn });
    return role;
  }
}
