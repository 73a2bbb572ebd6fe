import { DeleteParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { CONDITIONS, type Condition } from '../contract/metrics';
import { conditionOfParameterName, conditionParameterName, conditionsPath } from '../contract/names';
import type { Answer } from '../core/answer';
import type { ConditionMemory, OpenCondition } from '../core/ports';
import { callAws, callAwsUnless } from './errors';
import { listParameters } from './parameters';

/** One parameter per condition that was found: there are as many as there is trouble, whatever the number of services. */
export class AwsConditionMemory implements ConditionMemory {
  constructor(
    private readonly client: SSMClient,
    private readonly environment: string,
  ) {}

  async list(): Promise<readonly OpenCondition[]> {
    const parameters = await listParameters(this.client, conditionsPath(this.environment));
    return [...parameters].flatMap(([name, parameter]) => this.#read(name, parameter) ?? []);
  }

  async put({ condition, subject, ...record }: OpenCondition): Promise<void> {
    const input = {
      Name: conditionParameterName(this.environment, subject, condition),
      Value: JSON.stringify(record),
      Type: 'String' as const,
      Overwrite: true,
    };
    await callAws('ssm:PutParameter', (limits) => this.client.send(new PutParameterCommand(input), limits));
  }

  async remove({ condition, subject }: OpenCondition): Promise<void> {
    const Name = conditionParameterName(this.environment, subject, condition);
    await callAwsUnless(['ParameterNotFound'], 'ssm:DeleteParameter', (limits) =>
      this.client.send(new DeleteParameterCommand({ Name }), limits),
    );
  }

  /** A note that makes no sense is passed over: people are told once more, and it is written anew. */
  #read(name: string, parameter: Answer): OpenCondition | undefined {
    const names = conditionOfParameterName(this.environment, name);
    const { since, ...rest } = recordIn(parameter.text('Value'));
    if (!names || !isCondition(names.condition) || !since) return undefined;
    const { condition, subject } = names;
    return { condition, subject, since, ...rest };
  }
}

const isCondition = (name: string): name is Condition => Object.hasOwn(CONDITIONS, name);

type Noted = Partial<Omit<OpenCondition, 'condition' | 'subject'>>;

/** What a note says, as far as it makes sense. */
function recordIn(text: string): Noted {
  const fields = parse(text);
  const time = (name: 'since' | 'toldAt' | 'clearSince'): Noted => {
    const value = new Date(String(fields[name]));
    return Number.isNaN(value.getTime()) ? {} : { [name]: value };
  };
  const words = (name: 'figure' | 'limit'): Noted => (typeof fields[name] === 'string' ? { [name]: fields[name] } : {});
  return { ...time('since'), ...time('toldAt'), ...time('clearSince'), ...words('figure'), ...words('limit') };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null ? (fields as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
