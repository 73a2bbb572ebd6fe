import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Severity } from '../contract/metrics';
import { RUNBOOK } from '../contract/runbook';
import type { Messages, Notice } from '../core/ports';
import { callAws } from './errors';

/** SNS takes subjects of at most this many characters. */
const SUBJECT_LENGTH = 100;

/** Messages to people, through an SNS topic per severity; they point to the runbook where people read it. */
export class AwsMessages implements Messages {
  constructor(
    private readonly client: SNSClient,
    private readonly topicArns: Readonly<Record<Severity, string>>,
    private readonly runbookUrl: string = RUNBOOK,
  ) {}

  async send(severity: Severity, { subject, text }: Notice): Promise<void> {
    const input = {
      TopicArn: this.topicArns[severity],
      Subject: subject.slice(0, SUBJECT_LENGTH),
      Message: text.replaceAll(`${RUNBOOK}#`, `${this.runbookUrl}#`),
    };
    await callAws('sns:Publish', (limits) => this.client.send(new PublishCommand(input), limits));
  }
}
