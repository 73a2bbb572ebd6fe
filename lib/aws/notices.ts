import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notice, Notices } from '../core/ports';
import { callAws } from './errors';

/** SNS cuts a subject off at this many characters. */
const SUBJECT_LENGTH = 100;

/** Messages to people, through an SNS topic. */
export class AwsNotices implements Notices {
  constructor(
    private readonly client: SNSClient,
    private readonly actionTopicArn: string,
  ) {}

  async requestAction({ subject, text }: Notice): Promise<void> {
    await callAws('sns:Publish', (limits) =>
      this.client.send(
        new PublishCommand({ TopicArn: this.actionTopicArn, Subject: subject.slice(0, SUBJECT_LENGTH), Message: text }),
        limits,
      ),
    );
  }
}
