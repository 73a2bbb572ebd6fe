import { CfnDeletionPolicy, type CfnTag } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnResourcePolicy, CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PLACEHOLDER } from '../contract/placeholder';

/** What the secrets of this project differ in. */
export interface KeySecretProps {
  readonly secretName: string;
  readonly description: string;
  /** The platform's KMS key. */
  readonly encryptionKeyArn: string;
  /**
   * Tags for people who search.
   * @default - none
   */
  readonly tags?: readonly CfnTag[];
  /** The secret's policy, beyond what every secret has. */
  readonly statements: readonly PolicyStatement[];
}

/**
 * A secret that begins with a placeholder and outlives its stack. L1, since the L2 generates a value that looks like
 * a key, lets CloudFormation delete the secret without a way back, and writes into the policy of its KMS key.
 */
export class KeySecret extends Construct {
  readonly secretArn: string;
  readonly #policy: PolicyDocument;

  constructor(scope: Construct, id: string, props: KeySecretProps) {
    super(scope, id);
    this.secretArn = this.createSecret(props).ref;
    this.#policy = this.createPolicy(props.statements);
  }

  /** Adds a statement to the secret's own policy. */
  addToResourcePolicy(statement: PolicyStatement): void {
    this.#policy.addStatements(statement);
  }

  private createSecret({ tags, ...props }: KeySecretProps): CfnSecret {
    const secret = new CfnSecret(this, 'Resource', {
      name: props.secretName,
      description: props.description,
      kmsKeyId: props.encryptionKeyArn,
      // Without a value there would be nothing to rotate from; with a generated one, something that looks like a key.
      secretString: PLACEHOLDER,
      ...(tags ? { tags: [...tags] } : {}),
    });
    // CloudFormation deletes secrets for good, without Secrets Manager's days of grace. Only a failed creation is undone.
    secret.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
    secret.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    return secret;
  }

  private createPolicy(statements: readonly PolicyStatement[]): PolicyDocument {
    const resourcePolicy = new PolicyDocument({ statements: [denyForcedDeletion(), ...statements] });
    new CfnResourcePolicy(this, 'Policy', { secretId: this.secretArn, resourcePolicy, blockPublicPolicy: true });
    return resourcePolicy;
  }
}

/** Roles by ARN, and what nobody but them may do. A deny on all actions would lock out CloudFormation, and thus every later deploy. */
export function denyToAllBut(sid: string, roleArns: readonly string[], actions: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    sid,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [...actions],
    resources: ['*'],
    conditions: { ArnNotLike: { 'aws:PrincipalArn': roleArns } },
  });
}

function denyForcedDeletion(): PolicyStatement {
  return new PolicyStatement({
    sid: 'DenyDeletionWithoutRecovery',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['secretsmanager:DeleteSecret'],
    resources: ['*'],
    conditions: { Bool: { 'secretsmanager:ForceDeleteWithoutRecovery': 'true' } },
  });
}
