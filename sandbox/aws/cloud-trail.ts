import { Random } from '../random';
import type { AwsAccount } from './account';
import type { SourceEvent } from './events/events';
import type { Iam } from './iam';
import type { SecretsManager } from './secrets-manager/secrets-manager';
import { type AwsCall, AwsError, type AwsInput, type Caller, type CallObserver, type CallOutcome } from './service';

/** Whose calls are told of, and in whose words. */
export interface CloudTrailOptions {
  readonly account: AwsAccount;
  readonly iam: Iam;
  readonly secretsManager: SecretsManager;
  /** Takes an event to EventBridge. */
  readonly emit: (event: SourceEvent) => void;
}

const SOURCE = 'secretsmanager.amazonaws.com';
const READ_ONLY = /^(Get|BatchGet|List|Describe)/;
/** Recorded from AWS: an event carries neither a value nor a rotation token. */
const NEVER_TOLD = ['SecretString', 'SecretBinary', 'RotationToken'];
/** Keeps the choices of this part from shifting those of all others. */
const OWN_STREAM = 0x7a11;

/** CloudTrail: tells EventBridge of every call to Secrets Manager, refused ones too, while the account has a trail that logs. */
export class CloudTrail implements CallObserver {
  /** Whether a trail logs management events. Without one EventBridge gets no event of an API call. */
  logs = true;
  /** Whether the event of a refused call shows its parameters. Events of both kinds were seen. */
  showsRefusedParameters = false;
  readonly #random: Random;

  constructor(private readonly options: CloudTrailOptions) {
    this.#random = new Random(options.account.random.seed ^ OWN_STREAM);
  }

  after(call: AwsCall, outcome: CallOutcome): void {
    const { error } = outcome;
    const isRefusal = error === undefined || error instanceof AwsError;
    if (!this.logs || call.service !== 'secretsmanager' || !isRefusal) return;
    this.options.emit({
      id: this.#random.uuid(),
      source: 'aws.secretsmanager',
      detailType: 'AWS API Call via CloudTrail',
      detail: this.#detail(call, outcome, error),
      resources: [],
    });
  }

  #detail(call: AwsCall, outcome: CallOutcome, error: AwsError | undefined): Readonly<Record<string, unknown>> {
    const { account } = this.options;
    const readOnly = READ_ONLY.test(call.operation);
    const by = call.caller.invokedBy;
    return {
      eventVersion: '1.11',
      userIdentity: { ...this.#identityOf(call.caller), ...(by === undefined ? {} : { invokedBy: by }) },
      eventTime: toSecond(account.clock.now()),
      eventSource: SOURCE,
      eventName: call.operation,
      awsRegion: account.region,
      sourceIPAddress: by ?? '127.0.0.1',
      userAgent: by ?? 'sandbox',
      ...(error ? { errorCode: codeOf(error), errorMessage: error.message } : {}),
      requestParameters: isDenied(error) && !this.showsRefusedParameters ? null : told(call.input),
      responseElements: readOnly ? null : this.#response(call, outcome),
      requestID: this.#random.uuid(),
      eventID: this.#random.uuid(),
      readOnly,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account.id,
      eventCategory: 'Management',
    };
  }

  /** A write names its secret, even one that was refused. */
  #response({ operation, input }: AwsCall, { output = {} }: CallOutcome): unknown {
    const secretId = String(input.SecretId ?? input.Name ?? '');
    const arn = output.ARN ?? this.options.secretsManager.secret(secretId)?.arn;
    if (arn === undefined) return null;
    return operation === 'DeleteSecret' && output.ARN !== undefined ? lowered(output) : { arn };
  }

  #identityOf({ principal, accountId }: Caller): Readonly<Record<string, unknown>> {
    if (principal.endsWith('.amazonaws.com')) return { type: 'AWSService', invokedBy: principal };
    const [, roleName, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(principal) ?? [];
    if (roleName === undefined) return { type: 'Root', principalId: accountId, arn: principal, accountId };
    const role = accountId === this.options.account.id ? this.options.iam.role(roleName) : undefined;
    const arn = role?.arn ?? `arn:aws:iam::${accountId}:role/${roleName}`;
    const id = role ? { principalId: role.id } : {};
    return {
      type: 'AssumedRole',
      ...(role ? { principalId: `${role.id}:${session}` } : {}),
      arn: principal,
      accountId,
      sessionContext: { sessionIssuer: { type: 'Role', ...id, arn, accountId, userName: roleName } },
    };
  }
}

const isDenied = (error: AwsError | undefined): boolean => error?.code === 'AccessDeniedException';

/** Recorded from AWS: the event of a denied call says AccessDenied where the answer says AccessDeniedException. */
const codeOf = (error: AwsError): string => (isDenied(error) ? 'AccessDenied' : error.code);

const told = (input: AwsInput): unknown =>
  lowered(Object.fromEntries(Object.entries(input).filter(([name]) => !NEVER_TOLD.includes(name))));

/** Names as CloudTrail writes them: `ARN` becomes `arn`, `SecretId` becomes `secretId`. */
function lowered(value: unknown): unknown {
  if (value instanceof Date) return toSecond(value);
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [lowerFirst(name), lowered(each)]));
}

const lowerFirst = (name: string): string =>
  name === 'ARN' ? 'arn' : `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

const toSecond = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
