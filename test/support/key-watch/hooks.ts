import type { KeyWatch } from './key-watch';

/** What puts everything back as it was. */
export type Unhook = () => void;

const CONSOLE_METHODS = ['debug', 'error', 'info', 'log', 'warn'] as const;

/** Notes what tests and the code under test print. */
export function watchOutput(watch: KeyWatch): Unhook {
  const unhook = [
    ...([process.stdout, process.stderr] as const).map((stream, index) =>
      watchCalls(stream, 'write', (text) => watch.note(index === 0 ? 'standard output' : 'standard error', text)),
    ),
    ...CONSOLE_METHODS.map((method) => watchCalls(console, method, (text) => watch.note(`console.${method}`, text))),
  ];
  return () => {
    for (const each of unhook) each();
  };
}

function watchCalls<Name extends string>(
  target: Record<Name, (...args: never[]) => unknown>,
  name: Name,
  seen: (text: string) => void,
): Unhook {
  const original = target[name];
  target[name] = function (this: unknown, ...args: never[]) {
    seen(args.map(String).join(' '));
    return original.apply(this, args);
  };
  return () => {
    target[name] = original;
  };
}

/** Notes every error that a test expects: what a caller of our code would see, its causes included. */
export function watchErrors(watch: KeyWatch): Unhook {
  const globals = globalThis as unknown as { expect: typeof expect };
  const original = globals.expect;
  const thrown = (error: unknown): void => watch.note('an error that was thrown', textOf(error));
  const rejected = (error: unknown): void => watch.note('an error that a promise was rejected with', textOf(error));
  globals.expect = new Proxy(original, {
    apply: (target, self, [actual, ...others]: unknown[]) => {
      if (actual instanceof Promise) actual.then(undefined, rejected);
      const matchers: object = Reflect.apply(target, self, [actual, ...others]);
      if (!isCode(actual)) return matchers;
      const throwing: object = Reflect.apply(target, self, [tellingOf(actual, thrown), ...others]);
      return new Proxy(matchers, { get: (own, name) => Reflect.get(name === 'toThrow' ? throwing : own, name) });
    },
  });
  return () => {
    globals.expect = original;
  };
}

type Code = (...args: unknown[]) => unknown;

const isCode = (value: unknown): value is Code => typeof value === 'function' && !('mock' in value);

const tellingOf =
  (code: Code, seen: (error: unknown) => void): Code =>
  (...args) => {
    try {
      return code(...args);
    } catch (error) {
      seen(error);
      throw error;
    }
  };

/** An error with its stack, its fields and its causes, as a log or a terminal would show it. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, ...fields } = error;
  return [error.message, error.stack, JSON.stringify(fields), cause === undefined ? '' : textOf(cause)].join('\n');
}
