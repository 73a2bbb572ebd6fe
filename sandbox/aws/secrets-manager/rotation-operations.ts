import { UnmodelledError } from '../../errors';
import type { Fields } from '../fields';
import type { Operations } from '../operations';
import { AwsError, type AwsOutput } from '../service';
import { identity, type SecretsContext } from './context';
import { invalidParameter, invalidRequest } from './errors';
import { readToken } from './put-value';
import { ROTATION_RULE_FIELDS, type RotationRules, readRotationRules } from './rotation-rules';
import { AWS_CURRENT, type Secret } from './secret';

/** Whether Secrets Manager may invoke a function, by its ARN, for a secret, by its ARN. */
export type CanInvoke = (functionArn: string, secretArn: string) => boolean;

/** Operations that start and stop rotation. */
export function rotationOperations(context: SecretsContext, canInvoke: CanInvoke): Operations {
  return {
    RotateSecret: {
      fields: [
        'SecretId',
        'ClientRequestToken',
        'RotationLambdaARN',
        'RotateImmediately',
        { RotationRules: ROTATION_RULE_FIELDS },
      ],
      run: (input) => rotateSecret(context, canInvoke, input),
    },
    CancelRotateSecret: {
      fields: ['SecretId'],
      run: (input) => {
        const secret = context.store.findUsable(input.string('SecretId'));
        context.rotation.disable(secret);
        secret.changedAt = context.account.clock.now();
        return identity(secret);
      },
    },
  };
}

function rotateSecret(context: SecretsContext, canInvoke: CanInvoke, input: Fields): AwsOutput {
  const secret = context.store.findUsable(input.string('SecretId'));
  const token = readToken(input, invalidParameter);
  const lambdaArn = input.optionalString('RotationLambdaARN') ?? secret.rotation?.lambdaArn;
  if (lambdaArn === undefined) {
    throw invalidRequest('No Lambda rotation function ARN is associated with this secret.');
  }
  const rules = rulesFor(secret, input);
  const answer = { ...identity(secret), VersionId: token };
  // The same request again: its rotation is under way or done.
  if (secret.version(token)) return answer;
  checkInvocable(canInvoke(lambdaArn, secret.arn));
  checkNoneUnderWay(context, secret);
  if (!secret.holderOf(AWS_CURRENT)) throw new UnmodelledError('the rotation of a secret that has no value yet');
  // First what a quota may refuse, so that a refused request leaves the settings as they were.
  if (input.optionalBoolean('RotateImmediately') ?? true) {
    context.rotation.start(secret, token);
    context.rotation.enable(secret, lambdaArn, rules);
  } else {
    context.rotation.test(secret, token);
    context.rotation.enableDeferred(secret, lambdaArn, rules);
  }
  return answer;
}

function rulesFor(secret: Secret, input: Fields): RotationRules {
  const given = input.optionalStructure('RotationRules');
  const rules = given ? readRotationRules(given) : secret.rotation?.rules;
  if (!rules) throw new UnmodelledError('a rotation without RotationRules');
  return rules;
}

function checkInvocable(isInvocable: boolean): void {
  if (isInvocable) return;
  throw new AwsError(
    'AccessDeniedException',
    'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
  );
}

function checkNoneUnderWay(context: SecretsContext, secret: Secret): void {
  const { unfinished } = secret;
  if (!unfinished) return;
  context.rotation.reattempt(secret, unfinished.id);
  throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
}
