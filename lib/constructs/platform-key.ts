import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountPrincipal,
  AnyPrincipal,
  Effect,
  type IPrincipal,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { keyAlias, logGroupName, reconcileFunctionName, rotateFunctionName, rotateRoleName } from '../contract/names';
import { PlatformScope } from './platform-scope';

/** What the key needs to know. */
export interface PlatformKeyProps {
  /** Name of the environment. */
  readonly environment: string;
  /** Other accounts whose roles may read secrets of this environment. */
  readonly readerAccounts: readonly string[];
  /**
   * Organization whose roles may read secrets of this environment.
   * @default - none
   */
  readonly readerOrganization?: string;
}

/**
 * The one KMS key of an environment: secrets, spares, topics and logs lie under it. Its policy delegates to IAM, so
 * roles get their permission in their own policies and this one stays the same size whatever the number of services.
 */
export class PlatformKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: PlatformKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      alias: keyAlias(props.environment),
      description: `Claude API keys of ${props.environment}: secrets, spares, alarm topics, logs`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN, // without the key, every retained secret is lost
    });
    this.allowAlarms(props.environment);
    this.denyReadingSpares(props.environment);
    this.allowLogs(props.environment);
    this.allowReaders(props);
  }

  /**
   * Without this, CloudWatch drops messages to an encrypted topic silently. Rules of EventBridge do not publish to these
   * topics; one that should needs the same for its principal, without the account, which it does not name to a key.
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
   */
  private allowAlarms(environment: string): void {
    const { topics } = new PlatformScope(this, environment);
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsToEncryptedTopics',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'kms:EncryptionContext:aws:sns:topicArn': topics,
          },
        },
      }),
    );
  }

  /**
   * Parameters have no policies of their own, so that whoever may read all of them would read the spares as well. The
   * key says no, whatever an identity's own policy allows.
   */
  private denyReadingSpares(environment: string): void {
    const platform = new PlatformScope(this, environment);
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'DenySparesToAllButRotation',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['kms:Decrypt', 'kms:ReEncryptFrom'],
        resources: ['*'],
        conditions: {
          ArnNotLike: { 'aws:PrincipalArn': platform.role(rotateRoleName(environment)) },
          StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': platform.spares },
        },
      }),
    );
  }

  private allowLogs(environment: string): void {
    const stack = Stack.of(this);
    const groups = [rotateFunctionName(environment), reconcileFunctionName(environment)].map((name) =>
      stack.formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: logGroupName(name),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'FunctionLogs',
        principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': groups } },
      }),
    );
  }

  /** Another account's IAM policies count only if this policy lets that account in. */
  private allowReaders({ environment, readerAccounts, readerOrganization }: PlatformKeyProps): void {
    const accounts = readerAccounts.map((account) => new AccountPrincipal(account));
    if (accounts.length > 0) this.allowReading('ReadersInOtherAccounts', environment, accounts);
    if (readerOrganization === undefined) return;
    this.allowReading('ReadersInOrganization', environment, [new AnyPrincipal()], {
      StringEquals: { 'aws:PrincipalOrgID': readerOrganization },
      // This account is in the organization too; here an identity's own policy decides, as for everybody.
      StringNotEquals: { 'aws:PrincipalAccount': Stack.of(this).account },
    });
  }

  private allowReading(
    sid: string,
    environment: string,
    principals: IPrincipal[],
    { StringEquals, ...others }: Record<string, Record<string, string>> = {},
  ): void {
    const platform = new PlatformScope(this, environment);
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.ALLOW,
        principals,
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: {
          StringEquals: { 'kms:ViaService': platform.viaService('secretsmanager'), ...StringEquals },
          StringLike: { 'kms:EncryptionContext:SecretARN': platform.secrets },
          ...others,
        },
      }),
    );
  }
}
