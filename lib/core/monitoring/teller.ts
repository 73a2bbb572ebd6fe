import { CONDITIONS } from '../../contract/metrics';
import { messageOf } from '../errors';
import type { ConditionMemory, Journal, Messages, OpenCondition } from '../ports';
import { enteredMessage, leftMessage } from './message';
import { type Comparison, planTelling, type TellStep } from './open-conditions';

/** Most messages of one run: the rest follows in the next, so that a bad day neither floods nor outlasts the function. */
const MOST_MESSAGES = 50;

export interface TellerPorts {
  readonly memory: ConditionMemory;
  readonly messages: Messages;
  readonly journal: Journal;
}

/** Tells people once of each condition that a service enters or leaves. */
export class Teller {
  constructor(
    private readonly ports: TellerPorts,
    private readonly environment: string,
    private readonly ownerOf: (service: string) => string | undefined,
  ) {}

  /** What people were told; undefined when it cannot be read, and then nobody is told anything in this run. */
  async recall(): Promise<readonly OpenCondition[] | undefined> {
    try {
      return await this.ports.memory.list();
    } catch (error) {
      this.ports.journal.note('message-failed', { error: messageOf(error) });
      return undefined;
    }
  }

  /** @returns whether everything could be told. One that fails does not hold up the rest, and is tried again next time. */
  async tell(comparison: Comparison): Promise<boolean> {
    const steps = planTelling(comparison);
    const messages = steps.filter(isMessage).slice(0, MOST_MESSAGES);
    let told = true;
    for (const step of [...steps.filter((each) => !isMessage(each)), ...messages]) {
      told = (await this.#tryStep(step)) && told;
    }
    return told;
  }

  async #tryStep(step: TellStep): Promise<boolean> {
    const { journal } = this.ports;
    const { condition, subject } = step.open;
    try {
      await this.#carryOut(step);
      if (isMessage(step)) journal.note('message', { kind: step.kind, condition, subject });
      return true;
    } catch (error) {
      journal.note('message-failed', { kind: step.kind, condition, subject, error: messageOf(error) });
      return false;
    }
  }

  async #carryOut(step: TellStep): Promise<void> {
    const { memory, messages } = this.ports;
    const { open } = step;
    const severity = CONDITIONS[open.condition];
    switch (step.kind) {
      case 'note':
        return memory.put(open);
      case 'tell': {
        const owner = this.ownerOf(open.subject);
        if (step.noteFirst) await memory.put(untold(open));
        await messages.send(severity, enteredMessage(this.environment, step.found, open, owner));
        return memory.put(open);
      }
      case 'tell-over':
        await messages.send(severity, leftMessage(this.environment, open));
        return memory.remove(open);
      case 'forget':
        return memory.remove(open);
    }
  }
}

function untold({ toldAt: _, ...open }: OpenCondition): OpenCondition {
  return open;
}

const isMessage = ({ kind }: TellStep): boolean => kind === 'tell' || kind === 'tell-over';
