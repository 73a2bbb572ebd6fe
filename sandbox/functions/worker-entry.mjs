// The inside of a worker thread that runs one function: plain JavaScript, so that it loads from tsx, jest and node alike.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { createTime, seededRandom } from './worker-time.mjs';

const { codeDirectory, handler, now, seed } = workerData;
Math.random = seededRandom(seed);
/** The last message of the sandbox that has arrived: what it is told of the time before that is old. */
let lastMessage = 0;
const time = createTime(now, (wait) => parentPort.postMessage({ kind: 'wait', lastMessage, wait }));

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

async function outcomeOf({ payload, context, deadlineMs }) {
  try {
    loaded ??= loadHandler();
    const run = await loaded;
    const remaining = { getRemainingTimeInMillis: () => deadlineMs - Date.now() };
    const result = await run(JSON.parse(payload), { ...context, ...remaining });
    return { payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

async function run(message) {
  time.begin();
  const outcome = await outcomeOf(message);
  if (rest !== '') lines.push(rest);
  parentPort.postMessage({ kind: 'answer', id: message.id, outcome, lines });
  lines = [];
  rest = '';
  time.end();
}

parentPort.on('message', async (message) => {
  lastMessage = message.number;
  if (message.kind === 'wake') time.wake();
  else await run(message);
});
