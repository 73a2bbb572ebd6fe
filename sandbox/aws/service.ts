/** Who makes a call: a role session or user by ARN, an AWS service by principal name, or the deploying CloudFormation. */
export interface Caller {
  /** `arn:aws:sts::…:assumed-role/…`, `arn:aws:iam::…:root`, or a service principal such as `secretsmanager.amazonaws.com`. */
  readonly principal: string;
  readonly accountId: string;
  /** Set when a service makes this call on the caller's behalf, as `kms:ViaService` names it: `secretsmanager.eu-central-1.amazonaws.com`. */
  readonly via?: string;
  /** For whom a service calls for itself: the rule, the alarm, as `aws:SourceArn` names it. */
  readonly sourceArn?: string;
  /** Set when a service makes this call as a part of the caller's own one, as CloudTrail tells it. */
  readonly invokedBy?: string;
  /** The VPC endpoint that a call comes through. */
  readonly vpcEndpoint?: string;
  /** The AWS organization of the caller's account. */
  readonly organizationId?: string;
  /** The function whose code makes this call. */
  readonly functionArn?: string;
  /** Set for a checker, whose reads are never behind. */
  readonly exact?: true;
}

export type AwsInput = Readonly<Record<string, unknown>>;
export type AwsOutput = Record<string, unknown>;

/** One simulated AWS service of one account and region. */
export interface AwsService {
  /** Endpoint prefix as the SDKs sign it: `secretsmanager`, `ssm`, `monitoring`, … */
  readonly name: string;
  /** Performs one API operation. Rejects with AwsError as AWS would, with UnmodelledError for what is not modelled. */
  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput>;
}

/** An error as an AWS service answers it. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = 'AwsError';
  }
}

/** One API call, for authorisation, fault injection and the call log. */
export interface AwsCall {
  readonly service: string;
  readonly operation: string;
  readonly input: AwsInput;
  readonly caller: Caller;
}

/** Decides whether a call is allowed: rejects one that is not as the called service would. */
export interface Authorizer {
  authorize(call: AwsCall): void | Promise<void>;
}

/** What became of a call: its answer or its error. */
export interface CallOutcome {
  readonly output?: AwsOutput;
  readonly error?: unknown;
}

/** Told of every call before and after it, and able to make it fail (by throwing) on either side. */
export interface CallObserver {
  before?(call: AwsCall): void | Promise<void>;
  after?(call: AwsCall, outcome: CallOutcome): void | Promise<void>;
}
