import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Service } from '../config/environment';
import { acceptInlinePolicy } from '../constructs/findings';
import { ServiceAlarms } from '../constructs/service-alarms';
import { ServiceApiKey } from '../constructs/service-api-key';
import { RUNBOOK } from '../contract/runbook';

/** What a service stack is made of. */
export interface ServiceStackProps extends StackProps {
  /** Name of the environment. */
  readonly environment: string;
  /** The service, validated. */
  readonly service: Service;
  /**
   * Whether the service has alarms of its own; the platform has to publish their metrics.
   * @default false
   */
  readonly serviceMetrics?: boolean;
  /**
   * Where people read the runbook.
   * @default 'docs/runbook.md'
   */
  readonly runbookUrl?: string;
}

/** One service's key in one environment, and who reads it. */
export class ServiceStack extends Stack {
  readonly key: ServiceApiKey;

  constructor(
    scope: Construct,
    id: string,
    { environment, service, serviceMetrics = false, runbookUrl = RUNBOOK, ...props }: ServiceStackProps,
  ) {
    super(scope, id, props);
    const { name, readers, ...rest } = service;
    this.key = new ServiceApiKey(this, 'ApiKey', { environment, service: name, ...rest });
    for (const reader of this.readers(service)) this.key.grantRead(reader);
    if (serviceMetrics) {
      new ServiceAlarms(this, 'Alarms', { environment, service: name, policy: service.policy, runbookUrl });
    }
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
    acceptInlinePolicy(role);
    return role;
  }
}
