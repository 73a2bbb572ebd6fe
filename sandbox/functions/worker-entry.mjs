// The inside of a worker thread that runs one function: plain JavaScript, so that it loads from tsx, jest and node alike.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import fakeTimers from '@sinonjs/fake-timers';

const { codeDirectory, handler, time, timeoutMs } = workerData;
const clock = fakeTimers.install({ now: time, toFake: ['Date'] });

let lines = [];
let rest = '';

// Lines travel with the answer: through the worker's own streams they could arrive after it.
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, callback) => {
    const texts = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))).split('\n');
    rest = texts.pop() ?? '';
    lines.push(...texts);
    const done = typeof encoding === 'function' ? encoding : callback;
    done?.();
    return true;
  };
}

const failureOf = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error) };

async function loadHandler() {
  const dot = handler.lastIndexOf('.');
  const name = handler.slice(dot + 1);
  const module = await import(pathToFileURL(join(codeDirectory, `${handler.slice(0, dot)}.mjs`)).href);
  if (typeof module[name] !== 'function') {
    const error = new Error(`${handler} is undefined or not exported`);
    error.name = 'Runtime.HandlerNotFound';
    throw error;
  }
  return module[name];
}

let loaded;

async function outcomeOf({ payload, context }) {
  try {
    loaded ??= loadHandler();
    const run = await loaded;
    const remaining = { getRemainingTimeInMillis: () => timeoutMs };
    const result = await run(JSON.parse(payload), { ...context, ...remaining });
    return { payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

parentPort.on('message', async (message) => {
  clock.setSystemTime(message.time);
  const outcome = await outcomeOf(message);
  if (rest !== '') lines.push(rest);
  parentPort.postMessage({ id: message.id, outcome, lines });
  lines = [];
  rest = '';
});
