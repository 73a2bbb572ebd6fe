import { UnmodelledError } from '../../../errors';
import type { ResourceHandler } from '../resource';
import { cdkMetadata } from './cdk-metadata';
import { cloudWatchAlarm } from './cloudwatch-alarm';
import { cloudWatchDashboard } from './cloudwatch-dashboard';
import { eventsRule } from './events-rule';
import { iamManagedPolicy } from './iam-managed-policy';
import { iamPolicy } from './iam-policy';
import { iamRole } from './iam-role';
import { kmsAlias } from './kms-alias';
import { kmsKey } from './kms-key';
import { lambdaEventInvokeConfig } from './lambda-event-invoke-config';
import { lambdaFunction } from './lambda-function';
import { lambdaPermission } from './lambda-permission';
import { logsLogGroup } from './logs-log-group';
import { secret } from './secret';
import { secretResourcePolicy } from './secret-resource-policy';
import { secretRotationSchedule } from './secret-rotation-schedule';
import { snsSubscription } from './sns-subscription';
import { snsTopic } from './sns-topic';
import { snsTopicPolicy } from './sns-topic-policy';
import { ssmParameter } from './ssm-parameter';

const HANDLERS: Readonly<Record<string, ResourceHandler>> = {
  'AWS::CDK::Metadata': cdkMetadata,
  'AWS::CloudWatch::Alarm': cloudWatchAlarm,
  'AWS::CloudWatch::Dashboard': cloudWatchDashboard,
  'AWS::Events::Rule': eventsRule,
  'AWS::IAM::ManagedPolicy': iamManagedPolicy,
  'AWS::IAM::Policy': iamPolicy,
  'AWS::IAM::Role': iamRole,
  'AWS::KMS::Alias': kmsAlias,
  'AWS::KMS::Key': kmsKey,
  'AWS::Lambda::EventInvokeConfig': lambdaEventInvokeConfig,
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': lambdaPermission,
  'AWS::Logs::LogGroup': logsLogGroup,
  'AWS::SNS::Subscription': snsSubscription,
  'AWS::SNS::Topic': snsTopic,
  'AWS::SNS::TopicPolicy': snsTopicPolicy,
  'AWS::SSM::Parameter': ssmParameter,
  'AWS::SecretsManager::ResourcePolicy': secretResourcePolicy,
  'AWS::SecretsManager::RotationSchedule': secretRotationSchedule,
  'AWS::SecretsManager::Secret': secret,
};

/** Every type of resource that the sandbox has. */
export const RESOURCE_TYPES: readonly string[] = Object.keys(HANDLERS);

/** The handler of a resource type; an error that names the type when the sandbox has none. */
export function handlerOf(type: string): ResourceHandler {
  const handler = Object.hasOwn(HANDLERS, type) ? HANDLERS[type] : undefined;
  if (!handler) throw new UnmodelledError(`resource type ${type}`);
  return handler;
}
