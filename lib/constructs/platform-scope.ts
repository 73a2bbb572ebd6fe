import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { adminSecretName, registrationsPath, secretNamePrefix, sparesPath } from '../contract/names';

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

  /** What has to be granted to list and read registrations. */
  get registrations(): string[] {
    const path = registrationsPath(this.environment);
    return [this.#parameter(path), this.#parameter(`${path}/*`)];
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
