import { UnmodelledError } from '../../errors';
import type { AwsAccount } from '../account';
import type { Fields } from '../fields';
import { type Operations, perform } from '../operations';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from '../service';
import { compilePattern, type Matcher } from './pattern';
import { parseSchedule } from './schedule';

/** An event as an AWS service hands it to the default bus, or as the sandbox tells of it. */
export interface SourceEvent {
  /** @default - a new one */
  readonly id?: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources: readonly string[];
}

interface Target {
  readonly id: string;
  readonly arn: string;
  /** JSON sent in place of the event. */
  readonly input?: string;
}

interface Rule {
  readonly name: string;
  readonly arn: string;
  /** Undefined while the rule is disabled, and for one without a pattern. */
  readonly matches: Matcher | undefined;
  readonly usesWildcards: boolean;
  /** Whether it fires by time, rather than for events. */
  readonly scheduled: boolean;
  readonly stop: () => void;
  readonly targets: Map<string, Target>;
}

/** A delivery that a target refused. EventBridge tells nobody but its own metrics. */
export interface FailedDelivery {
  readonly at: Date;
  readonly rule: string;
  readonly targetArn: string;
  readonly error: string;
}

const LONGEST_PATTERN = 4096;
const MOST_WILDCARD_RULES = 30;

/** Field names of a rule's targets. */
export const RULE_TARGETS = { Targets: ['Id', 'Arn', 'Input'] };

/** The default event bus: rules on schedules or patterns, with functions and topics as targets. */
export class Events implements AwsService {
  readonly name = 'events';
  readonly #rules = new Map<string, Rule>();
  readonly #failed: FailedDelivery[] = [];
  readonly #operations: Operations = {
    PutRule: {
      fields: ['Name', 'ScheduleExpression', 'EventPattern', 'State'],
      withoutEffect: ['Description', 'Tags'],
      run: (input) => this.#putRule(input),
    },
    DeleteRule: { fields: ['Name'], run: (input) => this.#deleteRule(input) },
    PutTargets: {
      fields: ['Rule', RULE_TARGETS],
      run: (input) => {
        const { targets } = this.#find(input, 'Rule');
        for (const target of input.structures('Targets').map(readTarget)) targets.set(target.id, target);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    RemoveTargets: {
      fields: ['Rule', 'Ids'],
      run: (input) => {
        const { targets } = this.#find(input, 'Rule');
        for (const id of input.strings('Ids')) targets.delete(id);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
  };

  constructor(private readonly account: AwsAccount) {}

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  rules(): readonly { readonly name: string; readonly scheduled: boolean; readonly targets: readonly string[] }[] {
    return [...this.#rules.values()].map(({ name, scheduled, targets }) => ({
      name,
      scheduled,
      targets: [...targets.values()].map(({ arn }) => arn),
    }));
  }

  failedDeliveries(): readonly FailedDelivery[] {
    return this.#failed;
  }

  /** Puts an event of an AWS service on the bus; it reaches the targets of every rule that it matches. */
  emit(event: SourceEvent): void {
    const envelope = this.#envelope(event);
    for (const rule of this.#rules.values())
      if (rule.matches?.(envelope)) this.account.clock.background(() => this.#deliver(rule, envelope));
  }

  #putRule(input: Fields): AwsOutput {
    const name = input.string('Name');
    const arn = `arn:aws:events:${this.account.region}:${this.account.id}:rule/${name}`;
    const { enabled, schedule, pattern } = readTrigger(input);
    if (pattern?.usesWildcards) this.#checkWildcardRules(name);
    const before = this.#rules.get(name);
    before?.stop();
    const rule: Rule = {
      name,
      arn,
      matches: pattern?.matches,
      usesWildcards: pattern?.usesWildcards ?? false,
      scheduled: schedule !== undefined,
      stop: enabled && schedule ? schedule(this.account.clock, `rule ${name}`, () => this.#tick(name)) : () => {},
      targets: before?.targets ?? new Map(),
    };
    this.#rules.set(name, rule);
    return { RuleArn: arn };
  }

  #checkWildcardRules(name: string): void {
    const others = [...this.#rules.values()].filter((rule) => rule.name !== name && rule.usesWildcards);
    if (others.length >= MOST_WILDCARD_RULES)
      throw new AwsError('LimitExceededException', `A bus can have ${MOST_WILDCARD_RULES} rules with wildcards.`);
  }

  #deleteRule(input: Fields): AwsOutput {
    const rule = this.#find(input, 'Name');
    if (rule.targets.size > 0) throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
    rule.stop();
    this.#rules.delete(rule.name);
    return {};
  }

  async #tick(name: string): Promise<void> {
    const rule = this.#rules.get(name);
    if (!rule) return;
    const event = { source: 'aws.events', detailType: 'Scheduled Event', detail: {}, resources: [rule.arn] };
    await this.#deliver(rule, this.#envelope(event));
  }

  async #deliver(rule: Rule, envelope: AwsOutput): Promise<void> {
    for (const target of rule.targets.values()) {
      try {
        await this.#send(rule, target, target.input ?? JSON.stringify(envelope));
      } catch (error) {
        if (error instanceof UnmodelledError) throw error;
        const message = error instanceof Error ? error.message : String(error);
        const at = this.account.clock.now();
        this.#failed.push({ at, rule: rule.name, targetArn: target.arn, error: message });
      }
    }
  }

  async #send(rule: Rule, { arn }: Target, payload: string): Promise<void> {
    const caller = { principal: 'events.amazonaws.com', accountId: this.account.id, sourceArn: rule.arn };
    if (arn.startsWith('arn:aws:lambda:')) {
      const input = { FunctionName: arn, InvocationType: 'Event', Payload: payload };
      await this.account.call('lambda', 'Invoke', input, caller);
    } else {
      await this.account.call('sns', 'Publish', { TopicArn: arn, Message: payload }, caller);
    }
  }

  #envelope({ id, source, detailType, detail, resources }: SourceEvent): AwsOutput {
    return {
      version: '0',
      id: id ?? this.account.random.uuid(),
      'detail-type': detailType,
      source,
      account: this.account.id,
      time: this.account.clock
        .now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
      region: this.account.region,
      resources,
      detail,
    };
  }

  #find(input: Fields, field: string): Rule {
    const name = input.string(field);
    const rule = this.#rules.get(name);
    if (!rule) throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`);
    return rule;
  }
}

function readTrigger(input: Fields) {
  const state = readState(input);
  const expression = input.optionalString('ScheduleExpression');
  const pattern = input.optionalString('EventPattern');
  if (expression === undefined && pattern === undefined)
    throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
  const enabled = state !== 'DISABLED';
  return {
    enabled,
    schedule: expression === undefined ? undefined : parseSchedule(expression),
    pattern: pattern === undefined ? undefined : readPattern(pattern, state),
  };
}

type RuleState = 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

const STATES: readonly string[] = ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'];

function readState(input: Fields): RuleState {
  const state = input.optionalString('State') ?? 'ENABLED';
  if (!STATES.includes(state)) throw new UnmodelledError(`the rule state ${state}`);
  return state as RuleState;
}

function readPattern(json: string, state: RuleState) {
  if (json.length > LONGEST_PATTERN)
    throw new AwsError('ValidationException', `EventPattern must have at most ${LONGEST_PATTERN} characters.`);
  const asked = compilePattern(json);
  const all = state === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  const matches: Matcher = (event) => asked(event) && (all || !isReadCall(event));
  return { matches: state === 'DISABLED' ? undefined : matches, usesWildcards: json.includes('"wildcard"') };
}

const isReadCall = compilePattern(
  JSON.stringify({ 'detail-type': ['AWS API Call via CloudTrail'], detail: { readOnly: [true] } }),
);

function readTarget(fields: Fields): Target {
  const arn = fields.string('Arn');
  if (!/^arn:aws:(lambda|sns):/.test(arn)) throw new UnmodelledError(`the rule target ${arn}`);
  const input = fields.optionalString('Input');
  return { id: fields.string('Id'), arn, ...(input === undefined ? {} : { input }) };
}
