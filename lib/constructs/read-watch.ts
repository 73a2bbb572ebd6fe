import { CfnRule, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { breakGlassRoleName, secretNamePrefix } from '../contract/names';

/** Whose secrets are watched, and who tells of a read. */
export interface ReadWatchProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly reconcileFunction: IFunction;
}

/**
 * Has the reconciler told of reads of service secrets that were refused, and of any use of the role for emergencies. Both
 * come from CloudTrail, some minutes later, and only where a trail logs management events.
 */
export class ReadWatch extends Construct {
  constructor(scope: Construct, id: string, { environment, reconcileFunction }: ReadWatchProps) {
    super(scope, id);
    // Whoever reads names the secret as they like: by its name, or by its ARN.
    const secretId = [{ wildcard: `*${secretNamePrefix(environment)}*` }];
    const errorCode = [{ prefix: 'AccessDenied' }];
    this.watch('Refused', 'Reads of Claude keys that were refused', reconcileFunction, {
      requestParameters: { secretId },
      errorCode,
    });
    // Events of refused calls were seen without parameters, and with the secret in the error's message alone.
    this.watch('RefusedUnnamed', 'Reads of Claude keys that were refused, named by the error', reconcileFunction, {
      errorMessage: secretId,
      errorCode,
    });
    this.watch('BreakGlass', 'Use of the role for emergencies on Claude keys', reconcileFunction, {
      eventName: [
        ...['GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'],
        ...['PutResourcePolicy', 'DeleteResourcePolicy'],
      ],
      requestParameters: { secretId },
      errorCode: [{ exists: false }],
      userIdentity: { sessionContext: { sessionIssuer: { userName: [breakGlassRoleName(environment)] } } },
    });
  }

  private watch(id: string, description: string, target: IFunction, detail: Readonly<Record<string, unknown>>): void {
    const rule = new Rule(this, id, {
      description,
      eventPattern: {
        source: ['aws.secretsmanager'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: { eventName: ['GetSecretValue'], ...detail },
      },
      targets: [new LambdaTarget(target)],
    });
    // Reads are left out of EventBridge unless a rule asks for them, which the L2 cannot say.
    if (rule.node.defaultChild instanceof CfnRule)
      rule.node.defaultChild.state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  }
}
