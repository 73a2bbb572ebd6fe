import type { Severity } from '../../../lib/contract/metrics';
import { KeyRotationError } from '../../../lib/core/errors';
import type { ConditionMemory, Messages, Notice, OpenCondition } from '../../../lib/core/ports';

/** What people were told, and what is noted of it, in memory. */
export class Told implements ConditionMemory, Messages {
  readonly messages: (Notice & { readonly severity: Severity })[] = [];
  readonly steps: string[] = [];
  readonly #open = new Map<string, OpenCondition>();
  /** What can be done no more. */
  failing: 'list' | 'put' | 'send' | undefined;

  get open(): readonly OpenCondition[] {
    return [...this.#open.values()];
  }

  get subjects(): readonly string[] {
    return this.messages.map(({ subject }) => subject);
  }

  async list(): Promise<readonly OpenCondition[]> {
    this.#tryTo('list');
    return this.open;
  }

  async put(open: OpenCondition): Promise<void> {
    this.#tryTo('put');
    this.steps.push(`put ${open.condition} ${open.toldAt ? 'told' : 'untold'}`);
    this.#open.set(`${open.subject}/${open.condition}`, open);
  }

  async remove({ condition, subject }: OpenCondition): Promise<void> {
    this.steps.push(`remove ${condition}`);
    this.#open.delete(`${subject}/${condition}`);
  }

  async send(severity: Severity, notice: Notice): Promise<void> {
    this.#tryTo('send');
    this.steps.push(`send ${notice.subject}`);
    this.messages.push({ severity, ...notice });
  }

  #tryTo(operation: string): void {
    if (this.failing === operation) throw new KeyRotationError('AwsFailed', `cannot ${operation}`);
  }
}
