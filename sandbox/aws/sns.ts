import { UnmodelledError } from '../errors';
import type { AwsAccount } from './account';
import type { Fields } from './fields';
import { type Operations, perform } from './operations';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from './service';

export interface Subscription {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
}

export interface Topic {
  readonly arn: string;
  readonly attributes: Map<string, string>;
  readonly subscriptions: Map<string, Subscription>;
}

/** A message as it reached a topic, whoever was subscribed. */
export interface PublishedMessage {
  readonly id: string;
  readonly at: Date;
  readonly topicArn: string;
  readonly publisher: string;
  readonly subject?: string;
  readonly text: string;
}

const ATTRIBUTES = new Set(['KmsMasterKeyId', 'DisplayName', 'Policy']);
/** Mail and web hooks end outside: what arrives there is what was published. */
const PROTOCOLS = new Set(['email', 'email-json', 'https']);

/** Topics and their subscriptions. Every message stays readable for as long as the sandbox lives. */
export class Sns implements AwsService {
  readonly name = 'sns';
  readonly #topics = new Map<string, Topic>();
  readonly #messages: PublishedMessage[] = [];
  readonly #operations: Operations = {
    CreateTopic: { fields: ['Name'], run: (input) => this.#create(input) },
    DeleteTopic: {
      fields: ['TopicArn'],
      run: (input) => {
        this.#topics.delete(input.string('TopicArn'));
        return {};
      },
    },
    SetTopicAttributes: {
      fields: ['TopicArn', 'AttributeName', 'AttributeValue'],
      run: (input) => this.#setAttribute(input),
    },
    GetTopicAttributes: {
      fields: ['TopicArn'],
      run: (input) => {
        const topic = this.#find(input);
        return { Attributes: new Map([['TopicArn', topic.arn], ...topic.attributes]) };
      },
    },
    Subscribe: {
      fields: ['TopicArn', 'Protocol', 'Endpoint'],
      withoutEffect: ['ReturnSubscriptionArn'],
      run: (input) => this.#subscribe(input),
    },
    Unsubscribe: {
      fields: ['SubscriptionArn'],
      run: (input) => {
        const arn = input.string('SubscriptionArn');
        for (const { subscriptions } of this.#topics.values()) subscriptions.delete(arn);
        return {};
      },
    },
    Publish: {
      fields: ['TopicArn', 'Subject', 'Message'],
      run: (input, caller) => this.#publish(input, caller),
    },
  };

  constructor(private readonly account: AwsAccount) {}

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  topics(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  /** Messages in the order of their arrival; of one topic when its ARN or its name is given. */
  messages(topic?: string): readonly PublishedMessage[] {
    if (topic === undefined) return this.#messages;
    return this.#messages.filter(({ topicArn }) => topicArn === topic || topicArn.endsWith(`:${topic}`));
  }

  /** A topic's own policy, or the one that AWS gives it, which lets services of the account publish. */
  policyOf(topicArn: string): string | undefined {
    const topic = this.#topics.get(topicArn);
    return topic && (topic.attributes.get('Policy') ?? defaultPolicy(topicArn, this.account.id));
  }

  #create(input: Fields): AwsOutput {
    const arn = `arn:aws:sns:${this.account.region}:${this.account.id}:${input.string('Name')}`;
    if (!this.#topics.has(arn)) this.#topics.set(arn, { arn, attributes: new Map(), subscriptions: new Map() });
    return { TopicArn: arn };
  }

  #setAttribute(input: Fields): AwsOutput {
    const name = input.string('AttributeName');
    if (!ATTRIBUTES.has(name)) throw new UnmodelledError(`the topic attribute ${name}`);
    this.#find(input).attributes.set(name, input.string('AttributeValue'));
    return {};
  }

  #subscribe(input: Fields): AwsOutput {
    const topic = this.#find(input);
    const protocol = input.string('Protocol');
    if (!PROTOCOLS.has(protocol)) throw new UnmodelledError(`SNS subscriptions of protocol ${protocol}`);
    const arn = `${topic.arn}:${this.account.random.uuid()}`;
    topic.subscriptions.set(arn, { arn, protocol, endpoint: input.string('Endpoint') });
    return { SubscriptionArn: arn };
  }

  async #publish(input: Fields, caller: Caller): Promise<AwsOutput> {
    const topic = this.#find(input);
    const subject = input.optionalString('Subject');
    if (subject !== undefined && !/^[\x20-\x7e]{1,100}$/.test(subject))
      throw new AwsError('InvalidParameter', 'Invalid parameter: Subject');
    const text = messageText(input);
    await this.#encrypt(topic, caller);
    const message: PublishedMessage = {
      id: this.account.random.uuid(),
      at: this.account.clock.now(),
      topicArn: topic.arn,
      publisher: caller.principal,
      text,
      ...(subject === undefined ? {} : { subject }),
    };
    this.#messages.push(message);
    return { MessageId: message.id };
  }

  /** A message to an encrypted topic needs a data key, on behalf of whoever publishes. */
  async #encrypt({ arn, attributes }: Topic, caller: Caller): Promise<void> {
    const KeyId = attributes.get('KmsMasterKeyId');
    if (KeyId === undefined) return;
    const input = { KeyId, EncryptionContext: { 'aws:sns:topicArn': arn } };
    const asCaller = { ...caller, via: `sns.${this.account.region}.amazonaws.com` };
    try {
      for (const operation of ['GenerateDataKey', 'Decrypt'])
        await this.account.call('kms', operation, input, asCaller);
    } catch (error) {
      throw error instanceof AwsError ? keyRefused(error) : error;
    }
  }

  #find(input: Fields): Topic {
    const topic = this.#topics.get(input.string('TopicArn'));
    if (!topic) throw new AwsError('NotFound', 'Topic does not exist', 404);
    return topic;
  }
}

function keyRefused({ code, message }: AwsError): AwsError {
  if (code === 'AccessDeniedException') return new AwsError('KMSAccessDenied', message);
  const codes: Readonly<Record<string, string>> = {
    NotFoundException: 'KMSNotFound',
    DisabledException: 'KMSDisabled',
    KMSInvalidStateException: 'KMSInvalidState',
  };
  return new AwsError(codes[code] ?? code, message);
}

function defaultPolicy(topicArn: string, accountId: string): string {
  const Condition = { StringEquals: { 'aws:SourceAccount': accountId } };
  const statement = { Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: topicArn, Condition };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

function messageText(input: Fields): string {
  const text = input.string('Message');
  if (text === '') throw new AwsError('InvalidParameter', 'Invalid parameter: Empty message');
  if (Buffer.byteLength(text) > 262_144) throw new AwsError('InvalidParameter', 'Invalid parameter: Message too long');
  return text;
}
