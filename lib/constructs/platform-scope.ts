import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Severity } from '../contract/metrics';
import {
  adminSecretName,
  conditionsPath,
  platformParameterName,
  registrationsPath,
  secretNamePrefix,
  sparesPath,
  topicName,
} from '../contract/names';

const SEVERITIES: readonly Severity[] = ['critical', 'warning'];

/** The ARNs of everything an environment's functions may touch, as IAM patterns: by name, so that no policy grows with services. */
export class PlatformScope {
  readonly #stack: Stack;

  constructor(
    scope: Construct,
    readonly environment: string,
  ) {
    this.#stack = Stack.of(scope);
  }

  /** Every service secret: `…:secret:prod/claude/*`. */
  get secrets(): string {
    return this.#secret(`${secretNamePrefix(this.environment)}*`);
  }

  /** The admin key's secret; Secrets Manager adds a hyphen and six characters to every name. */
  get adminSecret(): string {
    return this.#secret(`${adminSecretName(this.environment)}-??????`);
  }

  /** Every spare. */
  get spares(): string {
    return this.#parameter(`${sparesPath(this.environment)}/*`);
  }

  /** What has to be granted to list spares by path: the path itself, and each service's. */
  get sparesPaths(): string[] {
    return [this.#parameter(sparesPath(this.environment)), this.spares];
  }

  /** What the platform says of itself. */
  get settings(): string {
    return this.#parameter(platformParameterName(this.environment, 'settings'));
  }

  /** Every registration. */
  get registrations(): string {
    return this.#parameter(`${registrationsPath(this.environment)}/*`);
  }

  /** What has to be granted to list them by path. */
  get registrationsPaths(): string[] {
    return [this.#parameter(registrationsPath(this.environment))];
  }

  /** What the reconciler notes of conditions. */
  get conditions(): string {
    return this.#parameter(`${conditionsPath(this.environment)}/*`);
  }

  /** What has to be granted to list them by path. */
  get conditionsPaths(): string[] {
    return [this.#parameter(conditionsPath(this.environment))];
  }

  /** The alarm topics. */
  get topics(): string[] {
    return SEVERITIES.map((severity) =>
      this.#stack.formatArn({ service: 'sns', resource: topicName(this.environment, severity) }),
    );
  }

  /** A role of this account, by name. */
  role(name: string): string {
    return this.#stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: name });
  }

  /** The principal that KMS sees when an AWS service calls it for somebody: `secretsmanager.eu-central-1.amazonaws.com`. */
  viaService(service: 'secretsmanager' | 'ssm' | 'sns'): string {
    return `${service}.${this.#stack.region}.amazonaws.com`;
  }

  #secret(name: string): string {
    return this.#stack.formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** A parameter's name begins with a slash already. */
  #parameter(name: string): string {
    return this.#stack.formatArn({
      service: 'ssm',
      resource: `parameter${name}`,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
  }
}
