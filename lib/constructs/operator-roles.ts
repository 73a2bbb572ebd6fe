import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { ArnPrincipal, CompositePrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { OPERATORS, type Operator, type OperatorsConfig } from '../config/environment-config';
import { logGroupName, operatorRoleName, reconcileFunctionName, rotateFunctionName } from '../contract/names';
import { acceptFindings, acceptInlinePolicy, wildcardFinding } from './findings';
import { PlatformScope } from './platform-scope';

/** Who may act as which operator of an environment. */
export interface OperatorRolesProps {
  /** Name of the environment. */
  readonly environment: string;
  /** The platform's KMS key. */
  readonly encryptionKeyArn: string;
  /** ARNs of those who may assume each role; a role that nobody may assume is not made. */
  readonly operators: OperatorsConfig;
}

type Conditions = Record<string, Record<string, unknown>>;

const DESCRIPTIONS: Readonly<Record<Operator, string>> = {
  stager: 'stages spare keys; reads no key',
  responder: 'stages, rotates, undoes; reads no key',
  auditor: 'looks at labels, policies and logs; reads no key and changes nothing',
  breakGlass: 'lifts the policy of a secret and writes its value by hand, when nothing else helps; reads no key',
};

/** Ready-made roles for the people around an environment. None of them can read a key. */
export class OperatorRoles extends Construct {
  readonly roles: ReadonlyMap<Operator, Role>;
  readonly #props: OperatorRolesProps;
  readonly #platform: PlatformScope;

  constructor(scope: Construct, id: string, props: OperatorRolesProps) {
    super(scope, id);
    this.#props = props;
    this.#platform = new PlatformScope(this, props.environment);
    const wanted = OPERATORS.filter((operator) => this.#trusted(operator).length > 0);
    this.roles = new Map(wanted.map((operator) => [operator, this.createRole(operator)]));
    for (const [operator, role] of this.roles) this.grant(operator, role);
  }

  private createRole(operator: Operator): Role {
    const { environment } = this.#props;
    return new Role(this, operator, {
      roleName: operatorRoleName(environment, operator),
      description: `Claude keys of ${environment}: ${DESCRIPTIONS[operator]}`,
      assumedBy: new CompositePrincipal(...this.#trusted(operator).map((arn) => new ArnPrincipal(arn))),
      maxSessionDuration: Duration.hours(1),
    });
  }

  private grant(operator: Operator, role: Role): void {
    const grants: Readonly<Record<Operator, () => void>> = {
      stager: () => this.grantStaging(role),
      responder: () => this.grantResponding(role),
      auditor: () => this.grantAuditing(role),
      breakGlass: () => this.grantBreakingGlass(role),
    };
    grants[operator]();
    acceptInlinePolicy(role);
    const { secrets, adminSecret, spares, registrations } = this.#platform;
    const ids = [secrets, adminSecret, spares, registrations].map((arn) => wildcardFinding(this, arn));
    acceptFindings(role, 'an operator works on every service of one environment, by name', ids);
    acceptFindings(role, 'ListSecrets takes no resource', ['AwsSolutions-IAM5[Resource::*]']);
  }

  #trusted(operator: Operator): readonly string[] {
    return this.#props.operators[operator] ?? [];
  }

  /** What `claude-keys stage` and `status` need. Who may ask the reconciler may ask it for anything that it does. */
  private grantStaging(role: Role): void {
    const { registrations, registrationsPaths, settings, spares, sparesPaths, secrets } = this.#platform;
    allow(role, 'ReadPlatform', ['ssm:GetParameter'], [settings, registrations]);
    allow(role, 'ListPlatform', ['ssm:GetParametersByPath'], [...registrationsPaths, ...sparesPaths]);
    allow(role, 'AddSpares', ['ssm:PutParameter'], [spares], { StringEquals: { 'ssm:Overwrite': 'false' } });
    allow(role, 'TakeBackSpares', ['ssm:DeleteParameter'], [spares]);
    allow(role, 'EncryptSpares', ['kms:Encrypt'], [this.#props.encryptionKeyArn], {
      StringEquals: { 'kms:ViaService': this.#platform.viaService('ssm') },
      StringLike: { 'kms:EncryptionContext:PARAMETER_ARN': spares },
    });
    allow(role, 'FindSecrets', ['secretsmanager:ListSecrets'], ['*']); // it takes no resource
    allow(role, 'LookAtSecrets', ['secretsmanager:DescribeSecret'], [secrets]);
    allow(role, 'AskReconciler', ['lambda:InvokeFunction'], [this.#function(reconcileFunctionName)]);
  }

  /** RotateSecret asks that its caller may invoke the rotation function. */
  private grantResponding(role: Role): void {
    this.grantStaging(role);
    allow(role, 'Rotate', ['secretsmanager:RotateSecret'], [this.#platform.secrets]);
    allow(role, 'StartRotations', ['lambda:InvokeFunction'], [this.#function(rotateFunctionName)]);
  }

  private grantAuditing(role: Role): void {
    const { registrations, registrationsPaths, settings, secrets, adminSecret } = this.#platform;
    const look = ['DescribeSecret', 'GetResourcePolicy', 'ListSecretVersionIds'].map(
      (each) => `secretsmanager:${each}`,
    );
    allow(role, 'ReadPlatform', ['ssm:GetParameter'], [settings, registrations]);
    allow(role, 'ListPlatform', ['ssm:GetParametersByPath'], registrationsPaths);
    allow(role, 'FindSecrets', ['secretsmanager:ListSecrets'], ['*']); // it takes no resource
    allow(role, 'LookAtSecrets', look, [secrets, adminSecret]);
    allow(role, 'LookAtKey', ['kms:DescribeKey', 'kms:GetKeyPolicy'], [this.#props.encryptionKeyArn]);
    allow(
      role,
      'ReadLogs',
      ['logs:FilterLogEvents'],
      [rotateFunctionName, reconcileFunctionName].map((name) => this.#logs(name)),
    );
  }

  /**
   * A secret's policy keeps everybody from its value, this role as well: lifting it is the glass, and an act of its own
   * that CloudTrail records. No deployment puts the policy back by itself: docs/runbook.md.
   */
  private grantBreakingGlass(role: Role): void {
    const { secrets, adminSecret } = this.#platform;
    const actions = [
      'DescribeSecret',
      'GetResourcePolicy',
      'ListSecretVersionIds',
      'PutSecretValue',
      'UpdateSecretVersionStage',
    ];
    const lift = ['secretsmanager:DeleteResourcePolicy', 'secretsmanager:PutResourcePolicy'];
    allow(
      role,
      'WriteByHand',
      actions.map((each) => `secretsmanager:${each}`),
      [secrets, adminSecret],
    );
    allow(role, 'LiftPolicy', lift, [secrets]);
    allow(role, 'KeyForWriting', ['kms:Decrypt', 'kms:GenerateDataKey'], [this.#props.encryptionKeyArn], {
      StringEquals: { 'kms:ViaService': this.#platform.viaService('secretsmanager') },
      StringLike: { 'kms:EncryptionContext:SecretARN': [secrets, adminSecret] },
    });
  }

  #function(nameIn: (environment: string) => string): string {
    return Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: nameIn(this.#props.environment),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  #logs(nameIn: (environment: string) => string): string {
    return Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: logGroupName(nameIn(this.#props.environment)),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

function allow(
  role: Role,
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Conditions,
): void {
  const statement = { sid, actions: [...actions], resources: [...resources] };
  role.addToPolicy(new PolicyStatement({ ...statement, ...(conditions ? { conditions } : {}) }));
}
