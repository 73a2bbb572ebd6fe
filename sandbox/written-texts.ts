import { spareOfParameterName } from '../lib/contract/names';
import type { SimulatedAws } from './aws/simulated-aws';

/** A text that somebody other than a key's service may come to see. */
export interface WrittenText {
  readonly where: string;
  readonly text: string;
}

/** Everything that was written outside secrets and spares: where a key must never be found. */
export function writtenTexts(aws: SimulatedAws, environment: string): readonly WrittenText[] {
  return [
    ...aws.logs.groups().map(({ name, lines }) => ({
      where: `log group ${name}`,
      // Masking hides a key from most readers, not from all: what was written counts.
      text: lines.map(({ unmasked }) => unmasked).join('\n'),
    })),
    ...aws.sns.messages().map(({ topicArn, subject = '', text }) => ({
      where: `a message to ${topicArn}`,
      text: `${subject}\n${text}`,
    })),
    ...aws.ssm
      .parameters()
      .filter(({ name }) => spareOfParameterName(environment, name) === undefined)
      .map(({ name, value }) => ({ where: `parameter ${name}`, text: value })),
    ...aws.secretsManager.secrets().map(({ name, tags, versions }) => ({
      where: `tags and labels of ${name}`,
      text: JSON.stringify([...tags, ...versions.map(({ labels }) => labels)]),
    })),
    ...[...aws.cloudWatch.dashboards()].map(([name, text]) => ({ where: `dashboard ${name}`, text })),
    { where: 'metrics', text: JSON.stringify(aws.cloudWatch.metrics()) },
    { where: 'alarms', text: JSON.stringify(aws.cloudWatch.alarms()) },
    { where: 'functions', text: JSON.stringify(aws.lambda.functions()) },
    { where: 'refused deliveries', text: JSON.stringify(aws.events.failedDeliveries()) },
  ];
}
