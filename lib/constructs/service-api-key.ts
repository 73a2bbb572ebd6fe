import { Annotations, Lazy, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import { Effect, Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule, type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, Dependable } from 'constructs';
import type { PolicyConfig } from '../config/environment-config';
import { resolvePolicy } from '../config/policy';
import { rejectServiceMistakes } from '../config/validate';
import { reconcileRoleName, registrationParameterName, rotateRoleName, secretName } from '../contract/names';
import type { Registration, ServicePolicy } from '../contract/registration';
import { TAGS } from '../contract/tags';
import { KeyRotationError } from '../core/errors';
import { KeySecret } from './key-secret';
import { findPlatform, type IRotationPlatform } from './platform-reference';
import { PlatformScope } from './platform-scope';
import { endpointStatement, strictReadStatements, valueStatements } from './service-key-policy';

/** One service's key in one environment. */
export interface ServiceApiKeyProps {
  /** Name of the environment, whose platform is deployed to the same account and region. */
  readonly environment: string;
  /** Name of the service: lower-case letters, digits and hyphens. Part of the secret's name. */
  readonly service: string;
  /** Team or address that answers for the service. */
  readonly owner: string;
  /**
   * Who issues the service's keys.
   * @default 'claude-console'
   */
  readonly issuer?: 'claude-console';
  /**
   * How keys live and die.
   * @default - the defaults of each field
   */
  readonly policy?: PolicyConfig;
  /**
   * Whether readers may read the current key only, and not by version id. Turn it off for a consumer that reads by
   * version id, such as AWS's caching library for Python.
   * @default true
   */
  readonly strictReads?: boolean;
  /**
   * VPC endpoints of Secrets Manager through which alone readers may read. Whoever reads from elsewhere, such as a
   * person with the reader's credentials, is refused.
   * @default - from everywhere
   */
  readonly readThroughVpcEndpoints?: readonly string[];
}

/**
 * The secret that holds a service's Claude API key, with its rotation, its policy and its registration. It is created
 * with a placeholder; an operator stages the first key.
 */
export class ServiceApiKey extends Construct {
  readonly service: string;
  /** `prod/claude/rag-service/key`: what a consumer looks up. */
  readonly secretName: string;
  readonly secretArn: string;
  readonly policy: ServicePolicy;
  /**
   * The secret, for constructs that take one, such as an ECS container definition. Its own `grantRead` is not enough,
   * for it knows neither the secret's policy nor its encryption: grant with this construct's.
   */
  readonly secret: ISecret;
  readonly #environment: string;
  readonly #platform: IRotationPlatform;
  readonly #secret: KeySecret;
  readonly #readerRoleArns: string[] = [];

  constructor(scope: Construct, id: string, props: ServiceApiKeyProps) {
    super(scope, id);
    rejectServiceMistakes(props);
    this.service = props.service;
    this.#environment = props.environment;
    this.secretName = secretName(props.environment, props.service);
    this.policy = resolvePolicy(props.service, props.policy);
    this.#platform = findPlatform(this, props.environment);
    this.#secret = this.createSecret(props);
    this.secretArn = this.#secret.secretArn;
    this.secret = Secret.fromSecretCompleteArn(this, 'Imported', this.secretArn);
    this.createRotation();
    this.createRegistration(props);
  }

  /**
   * Lets a role read the key: in its own policy for the secret and its encryption, and by name in the secret's, which
   * keeps out everybody else. For a role of another account, that account has to allow the same on its side, and the
   * platform has to name it in `readerAccounts`.
   */
  grantRead(grantee: IGrantable): Grant {
    this.#readerRoleArns.push(this.roleArnOf(grantee));
    const grant = this.grantSecret(grantee).combine(this.grantDecryption(grantee));
    if (this.isOfAnotherAccount(grantee)) this.allowOtherAccount(grantee);
    else this.warnIfNothingGranted(grantee, grant);
    return grant;
  }

  private createSecret({ owner, strictReads = true, readThroughVpcEndpoints = [] }: ServiceApiKeyProps): KeySecret {
    const platform = new PlatformScope(this, this.#environment);
    const platformRoleArns = [rotateRoleName, reconcileRoleName].map((name) => platform.role(name(this.#environment)));
    const readerRoleArns = Lazy.list({ produce: () => [...platformRoleArns, ...this.#readerRoleArns] });
    return new KeySecret(this, 'Secret', {
      secretName: this.secretName,
      description: `Claude API key of ${this.service} in ${this.#environment}`,
      encryptionKeyArn: this.#platform.encryptionKeyArn,
      tags: [
        { key: TAGS.environment, value: this.#environment },
        { key: TAGS.service, value: this.service },
        { key: TAGS.owner, value: owner },
      ],
      statements: [
        ...valueStatements({ platformRoleArns, readerRoleArns }),
        ...(strictReads ? strictReadStatements(platformRoleArns) : []),
        ...(readThroughVpcEndpoints.length > 0 ? [endpointStatement(platformRoleArns, readThroughVpcEndpoints)] : []),
      ],
    });
  }

  /** L1: the L2 rotates at the first deploy, and skips every permission when the function lives in another stack. */
  private createRotation(): CfnRotationSchedule {
    const days = this.policy.rotateEveryDays;
    return new CfnRotationSchedule(this, 'Rotation', {
      secretId: this.secretArn,
      rotationLambdaArn: this.#platform.rotateFunctionArn,
      rotationRules: { scheduleExpression: `rate(${days} ${days === 1 ? 'day' : 'days'})` },
      rotateImmediatelyOnUpdate: false, // the default rotates at every change of the schedule, the first deploy included
    });
  }

  /** Goes with its stack, which is how a service is given up: the reconciler then retires its keys. */
  private createRegistration({ owner, issuer = 'claude-console' }: ServiceApiKeyProps): void {
    const registration: Registration = { service: this.service, owner, issuer, policy: this.policy };
    const parameter = new StringParameter(this, 'Registration', {
      parameterName: registrationParameterName(this.#environment, this.service),
      description: `Registers ${this.service} for Claude API keys in ${this.#environment}`,
      stringValue: JSON.stringify(registration),
    });
    parameter.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }

  private grantSecret(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      resourceArns: [this.secretArn],
    });
  }

  private grantDecryption(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['kms:Decrypt'],
      resourceArns: [this.#platform.encryptionKeyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': new PlatformScope(this, this.#environment).viaService('secretsmanager'),
          'kms:EncryptionContext:SecretARN': this.secretArn,
        },
      },
    });
  }

  private isOfAnotherAccount(grantee: IGrantable): boolean {
    const theirs = grantee.grantPrincipal.principalAccount;
    const ours = Stack.of(this).account;
    return theirs !== undefined && !Token.isUnresolved(theirs) && !Token.isUnresolved(ours) && theirs !== ours;
  }

  private allowOtherAccount(grantee: IGrantable): void {
    this.#secret.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [grantee.grantPrincipal],
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        resources: ['*'],
      }),
    );
  }

  /** CDK reports success for a role it may not change, and writes nothing. */
  private warnIfNothingGranted(grantee: IGrantable, grant: Grant): void {
    const ownRole = Construct.isConstruct(grantee.grantPrincipal) && Resource.isOwnedResource(grantee.grantPrincipal);
    if (ownRole || Dependable.of(grant).dependencyRoots.length > 0) return;
    Annotations.of(this).addWarningV2(
      'claude-key-rotation:reader-not-granted',
      `a reader of ${this.secretName} is imported as immutable and gets no permission here: let it read the secret and decrypt it by other means`,
    );
  }

  /** The secret's policy names its readers, so each has to be a role or user with an ARN of its own. */
  private roleArnOf(grantee: IGrantable): string {
    const principals: unknown = grantee.grantPrincipal.policyFragment.principalJson.AWS;
    const [arn, ...others]: unknown[] = Array.isArray(principals) ? principals : [];
    // Resolved, because an account's ARN is unknown text at first, as a new role's is.
    const wholeAccount = /:root"|"\*"/.test(JSON.stringify(Stack.of(this).resolve(arn)) ?? '');
    if (typeof arn === 'string' && others.length === 0 && !wholeAccount) return arn;
    throw new KeyRotationError(
      'BadConfiguration',
      `cannot let ${grantee.grantPrincipal} read ${this.secretName}: it has no ARN of its own; grant to one role`,
    );
  }
}
