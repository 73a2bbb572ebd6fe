import type { AwsCall, CallOutcome } from '../../../sandbox/aws/service';
import type { Sandbox } from '../../../sandbox/sandbox';
import { leakedTexts } from '../../../sandbox/story/leaks';
import { KEYS_MADE, SANDBOXES_ENDING, SANDBOXES_MADE } from '../../../sandbox/witnesses';
import type { Unhook } from './hooks';
import type { KeyWatch } from './key-watch';

const LEAKING = new WeakSet<Sandbox>();

/** A test of the search itself has this sandbox hold a key where none may be. */
export const leaksOnPurpose = (sandbox: Sandbox): void => void LEAKING.add(sandbox);

const LEAKING_TESTS = new Set<string | undefined>();

/** The same for every sandbox that the present test ends. */
export const testLeaksOnPurpose = (): void => void LEAKING_TESTS.add(expect.getState().currentTestName);

/** Searches every sandbox that a test file makes: what was written in it, and what functions were sent and answered. */
export class SandboxWatch {
  readonly found: string[] = [];
  readonly #live = new Set<Sandbox>();

  constructor(private readonly watch: KeyWatch) {}

  listen(): Unhook {
    const made = (sandbox: unknown) => this.#begin(sandbox as Sandbox);
    const ending = (sandbox: unknown) => this.#search(sandbox as Sandbox);
    const key = (text: unknown) => this.watch.lookFor(String(text));
    SANDBOXES_MADE.subscribe(made);
    SANDBOXES_ENDING.subscribe(ending);
    KEYS_MADE.subscribe(key);
    return () => {
      SANDBOXES_MADE.unsubscribe(made);
      SANDBOXES_ENDING.unsubscribe(ending);
      KEYS_MADE.unsubscribe(key);
    };
  }

  /** Those that nobody has ended so far. */
  searchTheRest(): void {
    for (const sandbox of [...this.#live]) this.#search(sandbox);
  }

  #begin(sandbox: Sandbox): void {
    this.#live.add(sandbox);
    sandbox.account.observe({ after: (call, outcome) => this.#noteInvocation(call, outcome) });
  }

  #noteInvocation({ service, input }: AwsCall, { output }: CallOutcome): void {
    if (service !== 'lambda') return;
    for (const payload of [input.Payload, output?.Payload])
      if (typeof payload === 'string' && payload !== '') this.watch.note("a function's event or answer", payload);
  }

  #search(sandbox: Sandbox): void {
    const { currentTestName } = expect.getState();
    const onPurpose = LEAKING.has(sandbox) || LEAKING_TESTS.has(currentTestName);
    if (!this.#live.delete(sandbox) || onPurpose || !hasOrganization(sandbox)) return;
    this.found.push(...leakedTexts(sandbox, []).map(({ what }) => `${what}, in ${currentTestName}`));
  }
}

/** One that could not be deployed never had a key. */
function hasOrganization(sandbox: Sandbox): boolean {
  try {
    return sandbox.claude.rawTexts().length > 0;
  } catch {
    return false;
  }
}
