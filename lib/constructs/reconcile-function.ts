import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { FunctionNetwork } from '../config/environment-config';
import { RECONCILE_VARIABLES } from '../contract/function-environment';
import { METRIC_NAMESPACE, type Severity } from '../contract/metrics';
import { reconcileFunctionName, reconcileRoleName } from '../contract/names';
import type { IssuerAccess } from '../contract/platform-settings';
import type { UntoldConditions } from '../contract/registration';
import type { WorkspaceLimits } from '../contract/workspace-limits';
import { acceptFindings, wildcardFinding } from './findings';
import { KeyFunction } from './key-function';
import { PlatformScope } from './platform-scope';

/** What the reconcile function needs to know. */
export interface ReconcileFunctionProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly issuerAccess: IssuerAccess;
  /**
   * Day on which the admin key expires.
   * @default - it does not expire
   */
  readonly adminKeyExpiresOn?: string;
  /**
   * Days after which the admin key counts as old.
   * @default 90
   */
  readonly adminKeyMaxAgeDays?: number;
  /**
   * Limits that Claude is to enforce on the workspace.
   * @default - its limits are left as they are
   */
  readonly workspaceLimits?: WorkspaceLimits;
  /** The platform's key: secrets, the admin key and the topic lie under it. */
  readonly encryptionKey: IKey;
  /** The function that rotates: the reconciler starts rotations of it. */
  readonly rotateFunction: LambdaFunction;
  /** Where people are told, and asked to act. */
  readonly topics: Readonly<Record<Severity, ITopic>>;
  /** IANA time zone of people's working hours. */
  readonly timeZone: string;
  readonly allowPersonalKeys: boolean;
  /** Where people read the runbook. */
  readonly runbookUrl: string;
  /** Conditions that nobody is told of. */
  readonly untoldConditions: UntoldConditions;
  /** Whether figures per service are CloudWatch metrics as well. */
  readonly serviceMetrics: boolean;
  /**
   * Private network that it runs in.
   * @default - none
   */
  readonly functionNetwork?: FunctionNetwork;
}

/** The function that moves what is towards what should be, every 15 minutes; the only one that acts on keys at the issuer. */
export class ReconcileFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: ILogGroup;
  readonly #platform: PlatformScope;
  readonly #lambda: KeyFunction;

  constructor(scope: Construct, id: string, props: ReconcileFunctionProps) {
    super(scope, id);
    this.#platform = new PlatformScope(this, props.environment);
    this.#lambda = this.createFunction(props);
    this.function = this.#lambda.function;
    this.logGroup = this.#lambda.logGroup;
    this.createSchedule();
    this.repeatEvents();
    this.grantSecrets(props);
    this.grantParameters();
    this.grantKey(props.encryptionKey);
    this.grantFigures();
    if (props.issuerAccess === 'adminKey') this.grantAdminKey(props.encryptionKey);
    this.grantMessages(props);
    this.acceptWildcards();
  }

  private createFunction(props: ReconcileFunctionProps): KeyFunction {
    return new KeyFunction(this, 'Lambda', {
      code: 'reconcile',
      functionName: reconcileFunctionName(props.environment),
      roleName: reconcileRoleName(props.environment),
      description: `Reconciles the Claude API keys of ${props.environment}`,
      memorySize: 512,
      timeout: Duration.minutes(5),
      encryptionKey: props.encryptionKey,
      ...(props.functionNetwork ? { network: props.functionNetwork } : {}),
      environment: {
        [RECONCILE_VARIABLES.environment]: props.environment,
        [RECONCILE_VARIABLES.organizationId]: props.organizationId,
        [RECONCILE_VARIABLES.workspaceId]: props.workspaceId,
        [RECONCILE_VARIABLES.issuerAccess]: props.issuerAccess,
        [RECONCILE_VARIABLES.adminKeyExpiresOn]: props.adminKeyExpiresOn ?? '',
        [RECONCILE_VARIABLES.adminKeyMaxAgeDays]: String(props.adminKeyMaxAgeDays ?? ''),
        [RECONCILE_VARIABLES.workspaceLimits]: props.workspaceLimits ? JSON.stringify(props.workspaceLimits) : '',
        [RECONCILE_VARIABLES.warningTopicArn]: props.topics.warning.topicArn,
        [RECONCILE_VARIABLES.criticalTopicArn]: props.topics.critical.topicArn,
        [RECONCILE_VARIABLES.timeZone]: props.timeZone,
        [RECONCILE_VARIABLES.allowPersonalKeys]: props.allowPersonalKeys ? 'yes' : 'no',
        [RECONCILE_VARIABLES.runbookUrl]: props.runbookUrl,
        [RECONCILE_VARIABLES.untoldConditions]: Object.keys(props.untoldConditions).join(','),
        [RECONCILE_VARIABLES.serviceMetrics]: props.serviceMetrics ? 'yes' : 'no',
      },
    });
  }

  /**
   * Minutes of the hour, since a rate has any phase: within seconds of a quarter of an hour, where the periods of metrics
   * begin, two runs could fall into one period and none into the next, which alarms on many periods in a row would see.
   */
  private createSchedule(): void {
    new Rule(this, 'Schedule', {
      description: 'Runs the reconciler',
      schedule: Schedule.cron({ minute: '5/15' }),
      targets: [new LambdaTarget(this.function)],
    });
  }

  /**
   * Rules hand their events over and do not wait. A scheduled run that is lost does no harm: the next one does its work.
   * An event of a read comes once, so it is repeated for as long as Lambda can, and an alarm counts those given up.
   * A queue for them would hold what nobody can deliver again by hand any better than by looking at CloudTrail.
   */
  private repeatEvents(): void {
    this.function.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(6) });
  }

  private grantSecrets({ issuerAccess, rotateFunction }: ReconcileFunctionProps): void {
    // ListSecrets and its filters take no resource: it shows names and labels of every secret, never a value.
    this.#lambda.allow('FindSecrets', ['secretsmanager:ListSecrets'], ['*']);
    this.#lambda.allow(
      'ReconcileServiceSecrets',
      [
        'secretsmanager:CancelRotateSecret',
        'secretsmanager:DescribeSecret',
        'secretsmanager:ListSecretVersionIds',
        'secretsmanager:PutSecretValue',
        'secretsmanager:RotateSecret',
        'secretsmanager:UpdateSecretVersionStage',
        // Nobody else can tell whether a key still works where the issuer's list cannot be read.
        ...(issuerAccess === 'manual' ? ['secretsmanager:GetSecretValue'] : []),
      ],
      [this.#platform.secrets],
    );
    // RotateSecret asks that its caller may invoke the rotation function.
    this.#lambda.allow('StartRotations', ['lambda:InvokeFunction'], [rotateFunction.functionArn]);
  }

  /** Spares are SecureStrings: without a grant on the key for SSM, only their names can be read here. */
  private grantParameters(): void {
    const { registrations, registrationsPaths, sparesPaths, spares } = this.#platform;
    this.#lambda.allow(
      'ListRegistrationsAndSpares',
      ['ssm:GetParametersByPath'],
      [...registrationsPaths, ...sparesPaths],
    );
    this.#lambda.allow('ReadRegistrations', ['ssm:GetParameter'], [registrations]);
    this.#lambda.allow('RemoveSpares', ['ssm:DeleteParameter'], [spares]);
  }

  private grantKey(key: IKey): void {
    this.#lambda.allow('KeyForServiceSecrets', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn], {
      StringEquals: { 'kms:ViaService': this.#platform.viaService('secretsmanager') },
      StringLike: { 'kms:EncryptionContext:SecretARN': this.#platform.secrets },
    });
  }

  private grantAdminKey(key: IKey): void {
    this.#lambda.allow('ReadAdminKey', ['secretsmanager:GetSecretValue'], [this.#platform.adminSecret]);
    this.#lambda.allow('KeyForAdminKey', ['kms:Decrypt'], [key.keyArn], {
      StringEquals: { 'kms:ViaService': this.#platform.viaService('secretsmanager') },
      StringLike: { 'kms:EncryptionContext:SecretARN': this.#platform.adminSecret },
    });
  }

  private grantFigures(): void {
    this.#lambda.allow('PublishFigures', ['cloudwatch:PutMetricData'], ['*'], {
      StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE },
    });
  }

  /** It tells people what it finds, and notes of what it has told them. */
  private grantMessages({ topics, encryptionKey }: ReconcileFunctionProps): void {
    const { conditionsPaths, conditions } = this.#platform;
    const topicArns = [topics.critical.topicArn, topics.warning.topicArn];
    this.#lambda.allow('TellPeople', ['sns:Publish'], topicArns);
    this.#lambda.allow('KeyForTopics', ['kms:Decrypt', 'kms:GenerateDataKey'], [encryptionKey.keyArn], {
      StringEquals: {
        'kms:ViaService': this.#platform.viaService('sns'),
        'kms:EncryptionContext:aws:sns:topicArn': topicArns,
      },
    });
    this.#lambda.allow('RecallConditions', ['ssm:GetParametersByPath'], conditionsPaths);
    this.#lambda.allow('NoteConditions', ['ssm:PutParameter', 'ssm:DeleteParameter'], [conditions]);
  }

  private acceptWildcards(): void {
    const { secrets, spares, registrations, conditions } = this.#platform;
    const ids = [secrets, spares, registrations, conditions].map((arn) => wildcardFinding(this, arn));
    acceptFindings(this, "one function reconciles every service's secret of its environment, and no other", ids);
    acceptFindings(this, 'ListSecrets and PutMetricData take no resource; the latter is bound to one namespace', [
      'AwsSolutions-IAM5[Resource::*]',
    ]);
  }
}
