import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Severity } from '../contract/metrics';
import { topicName } from '../contract/names';

/** What the topics need to know. */
export interface AlarmTopicsProps {
  /** Name of the environment. */
  readonly environment: string;
  /** Its policy must let CloudWatch use it. */
  readonly encryptionKey: IKey;
  /** Who is told, by severity. */
  readonly emails: Readonly<Record<Severity, readonly string[]>>;
}

/** Two encrypted topics, by severity. */
export class AlarmTopics extends Construct {
  readonly critical: Topic;
  readonly warning: Topic;

  constructor(scope: Construct, id: string, props: AlarmTopicsProps) {
    super(scope, id);
    this.critical = this.createTopic('Critical', 'critical', props);
    this.warning = this.createTopic('Warning', 'warning', props);
  }

  private createTopic(id: string, severity: Severity, props: AlarmTopicsProps): Topic {
    const topic = new Topic(this, id, {
      topicName: topicName(props.environment, severity),
      displayName: `Claude keys, ${props.environment}, ${severity}`,
      masterKey: props.encryptionKey,
      enforceSSL: true,
    });
    this.allowAlarms(topic);
    for (const email of props.emails[severity]) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  /** A topic with a policy of its own loses the default one, which let this account's alarms publish. */
  private allowAlarms(topic: Topic): void {
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }
}
