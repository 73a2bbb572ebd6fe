import { Annotations, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment';
import { OperatorRoles } from '../constructs/operator-roles';
import { RotationPlatform } from '../constructs/rotation-platform';

/** What the platform stack is made of. */
export interface PlatformStackProps extends StackProps {
  /** The environment, validated. */
  readonly environment: Environment;
  /** Other environments that hold an admin key of the same Claude organization. */
  readonly sharesOrganizationWith: readonly string[];
}

/** What all services of one environment share. */
export class PlatformStack extends Stack {
  readonly platform: RotationPlatform;

  constructor(scope: Construct, id: string, { environment, sharesOrganizationWith, ...props }: PlatformStackProps) {
    super(scope, id, props);
    const { name, account, region, services, operators, permissionsBoundary, ...rest } = environment;
    this.platform = new RotationPlatform(this, 'Platform', { environment: name, ...rest });
    const { encryptionKeyArn } = this.platform;
    new OperatorRoles(this, 'Operators', { environment: name, encryptionKeyArn, operators });
    if (name === 'prod' && sharesOrganizationWith.length > 0) this.warnAboutSharing(sharesOrganizationWith);
  }

  /** An admin key has no scopes: whoever takes it from dev can archive the keys of prod. */
  private warnAboutSharing(environments: readonly string[]): void {
    Annotations.of(this).addWarningV2(
      'claude-key-rotation:organization-shared-with-prod',
      `prod shares its Claude organization with ${environments.join(', ')}, whose admin key can disable keys of prod; give prod an organization of its own, or set issuerAccess 'manual' there`,
    );
  }
}
