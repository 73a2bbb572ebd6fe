import { Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { FunctionNetwork, WorkspaceLimitsConfig } from '../config/environment-config';
import { rejectMistakes } from '../config/mistake';
import { mistakesInWorkspaceLimits } from '../config/workspace-limits-mistakes';
import type { Severity } from '../contract/metrics';
import {
  adminSecretName,
  type PlatformParameter,
  platformParameterName,
  reconcileFunctionName,
  reconcileRoleName,
} from '../contract/names';
import type { IssuerAccess, PlatformSettings } from '../contract/platform-settings';
import type { UntoldConditions } from '../contract/registration';
import { RUNBOOK } from '../contract/runbook';
import { TAGS } from '../contract/tags';
import { AlarmTopics } from './alarm-topics';
import { Alarms } from './alarms';
import { Dashboard } from './dashboard';
import { acceptFindings } from './findings';
import { denyToAllBut, KeySecret } from './key-secret';
import { PlatformKey } from './platform-key';
import { findPlatform, type IRotationPlatform } from './platform-reference';
import { PlatformScope } from './platform-scope';
import { ReadWatch } from './read-watch';
import { ReconcileFunction } from './reconcile-function';
import { RotateFunction } from './rotate-function';

/** One environment: where its keys come from, and who hears about them. */
export interface RotationPlatformProps {
  /** Name of the environment, part of every physical name here. */
  readonly environment: string;
  /** Claude organization, a UUID. */
  readonly organizationId: string;
  /** Claude workspace, this environment's alone. */
  readonly workspaceId: string;
  /** `adminKey`: the reconciler disables and archives keys by itself. `manual`: it asks a person to. */
  readonly issuerAccess: IssuerAccess;
  /**
   * Day on which the admin key expires (`2027-03-01`).
   * @default - it does not expire
   */
  readonly adminKeyExpiresOn?: string;
  /**
   * Days after which somebody is told to replace the admin key.
   * @default 90
   */
  readonly adminKeyMaxAgeDays?: number;
  /**
   * Limits that Claude is to enforce on the workspace. Those that are not declared are left as they are.
   * @default - all are left as they are
   */
  readonly workspaceLimits?: WorkspaceLimitsConfig;
  /**
   * Whether a key that belongs to a person may serve here.
   * @default false
   */
  readonly allowPersonalKeys?: boolean;
  /**
   * IANA time zone in which times are shown to people.
   * @default 'UTC'
   */
  readonly timeZone?: string;
  /**
   * Conditions that have no alarm here and that nobody is told of, each with the reason.
   * @default - all have an alarm
   */
  readonly untoldConditions?: UntoldConditions;
  /**
   * Whether the reconciler publishes the age and the use of each service's key as CloudWatch metrics, for alarms named
   * after the service.
   * @default false
   */
  readonly serviceMetrics?: boolean;
  /**
   * Where people read the runbook, without a section: alarms and messages point to it.
   * @default 'docs/runbook.md'
   */
  readonly runbookUrl?: string;
  /**
   * Addresses that are told about alarms, by severity.
   * @default - nobody: subscribe to `topics` yourself
   */
  readonly alarmEmails?: Partial<Readonly<Record<Severity, readonly string[]>>>;
  /**
   * Other accounts whose roles may read secrets of this environment.
   * @default - none
   */
  readonly readerAccounts?: readonly string[];
  /**
   * AWS organization (`o-…`) whose roles may read secrets of this environment, whatever their account.
   * @default - none
   */
  readonly readerOrganization?: string;
  /**
   * Private network that the functions run in.
   * @default - none: the functions call public endpoints
   */
  readonly functionNetwork?: FunctionNetwork;
}

/** Everything that the services of one environment share. Nothing in it grows with their number. */
export class RotationPlatform extends Construct implements IRotationPlatform {
  /** The platform of an environment that was deployed from elsewhere, to the same account and region. */
  static fromEnvironment(scope: Construct, environment: string): IRotationPlatform {
    return findPlatform(scope, environment);
  }

  readonly environment: string;
  readonly encryptionKey: IKey;
  readonly rotateFunction: IFunction;
  readonly reconcileFunction: IFunction;
  /** Where alarms go, by severity. */
  readonly topics: Readonly<Record<Severity, ITopic>>;

  constructor(scope: Construct, id: string, props: RotationPlatformProps) {
    super(scope, id);
    // A limit that was mistyped may stop every service here.
    rejectMistakes('workspaceLimits', mistakesInWorkspaceLimits(props.workspaceLimits, 'workspaceLimits'));
    this.environment = props.environment;
    this.encryptionKey = this.createKey(props);
    this.topics = this.createTopics(props);
    const rotate = this.createRotateFunction(props);
    this.rotateFunction = rotate.function;
    this.reconcileFunction = this.createReconcileFunction(props, rotate);
    if (props.issuerAccess === 'adminKey') this.createAdminSecret();
    this.createMonitoring(props);
    this.createParameters(props);
  }

  get rotateFunctionArn(): string {
    return this.rotateFunction.functionArn;
  }

  get encryptionKeyArn(): string {
    return this.encryptionKey.keyArn;
  }

  private createKey({ environment, readerAccounts = [], readerOrganization }: RotationPlatformProps): IKey {
    const organization = readerOrganization === undefined ? {} : { readerOrganization };
    return new PlatformKey(this, 'EncryptionKey', { environment, readerAccounts, ...organization }).key;
  }

  private createTopics({ environment, alarmEmails }: RotationPlatformProps): AlarmTopics {
    return new AlarmTopics(this, 'Topics', {
      environment,
      encryptionKey: this.encryptionKey,
      emails: { critical: [], warning: [], ...alarmEmails },
    });
  }

  private createRotateFunction(props: RotationPlatformProps): RotateFunction {
    const { environment, organizationId, workspaceId } = props;
    const { encryptionKey } = this;
    const network = networkOf(props);
    return new RotateFunction(this, 'Rotate', { environment, organizationId, workspaceId, encryptionKey, ...network });
  }

  private createReconcileFunction(props: RotationPlatformProps, rotate: RotateFunction): IFunction {
    const { environment, organizationId, workspaceId, issuerAccess } = props;
    const { adminKeyExpiresOn, adminKeyMaxAgeDays, workspaceLimits } = props;
    return new ReconcileFunction(this, 'Reconcile', {
      environment,
      organizationId,
      workspaceId,
      issuerAccess,
      ...(adminKeyExpiresOn === undefined ? {} : { adminKeyExpiresOn }),
      ...(adminKeyMaxAgeDays === undefined ? {} : { adminKeyMaxAgeDays }),
      ...(workspaceLimits ? { workspaceLimits: { rateLimits: [], ...workspaceLimits } } : {}),
      encryptionKey: this.encryptionKey,
      rotateFunction: rotate.function,
      topics: this.topics,
      timeZone: props.timeZone ?? 'UTC',
      allowPersonalKeys: props.allowPersonalKeys ?? false,
      runbookUrl: props.runbookUrl ?? RUNBOOK,
      untoldConditions: props.untoldConditions ?? {},
      serviceMetrics: props.serviceMetrics ?? false,
      ...networkOf(props),
    }).function;
  }

  /** The admin key can do anything to a whole organization: the reconciler reads it, nobody else, and a person writes it. */
  private createAdminSecret(): void {
    const reconcileRole = new PlatformScope(this, this.environment).role(reconcileRoleName(this.environment));
    const secret = new KeySecret(this, 'AdminKey', {
      secretName: adminSecretName(this.environment),
      description: `Claude admin key of ${this.environment}; put there by an operator`,
      encryptionKeyArn: this.encryptionKeyArn,
      tags: [{ key: TAGS.environment, value: this.environment }],
      statements: [denyToAllBut('DenyReadsToAllButTheReconciler', [reconcileRole], ['secretsmanager:GetSecretValue'])],
    });
    acceptFindings(secret, 'nobody but a person can create an admin key; an alarm tells before it expires', [
      'AwsSolutions-SMG4',
      'NIST.800.53.R5-SecretsManagerRotationEnabled',
    ]);
  }

  private createMonitoring({ untoldConditions = {}, runbookUrl = RUNBOOK }: RotationPlatformProps): void {
    const { environment, topics, rotateFunction, reconcileFunction } = this;
    const watched = { environment, topics, rotateFunction, reconcileFunction, untoldConditions, runbookUrl };
    const { alarms } = new Alarms(this, 'Alarms', watched);
    new ReadWatch(this, 'ReadWatch', { environment, reconcileFunction });
    new Dashboard(this, 'Dashboard', { environment, alarms, rotateFunction, reconcileFunction });
  }

  private createParameters(props: RotationPlatformProps): void {
    this.createParameter('settings', Stack.of(this).toJsonString(this.settings(props)));
    this.createParameter('rotate-function-arn', this.rotateFunctionArn);
    this.createParameter('key-arn', this.encryptionKeyArn);
  }

  private createParameter(name: PlatformParameter, stringValue: string): void {
    new StringParameter(this, `Parameter-${name}`, {
      parameterName: platformParameterName(this.environment, name),
      description: `Claude key platform ${this.environment}: ${name}`,
      stringValue,
    });
  }

  private settings(props: RotationPlatformProps): PlatformSettings {
    return {
      environment: this.environment,
      organizationId: props.organizationId,
      workspaceId: props.workspaceId,
      issuerAccess: props.issuerAccess,
      allowPersonalKeys: props.allowPersonalKeys ?? false,
      reconcileFunctionName: reconcileFunctionName(this.environment),
      keyArn: this.encryptionKeyArn,
      timeZone: props.timeZone ?? 'UTC',
    };
  }
}

const networkOf = ({ functionNetwork }: RotationPlatformProps): Pick<RotationPlatformProps, 'functionNetwork'> =>
  functionNetwork === undefined ? {} : { functionNetwork };
