// Time inside a worker thread that runs a function: virtual for its code, and told to the sandbox when the code only waits.
import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import fakeTimers from '@sinonjs/fake-timers';

/** The real ones: an import by name would turn into the virtual ones. */
const { setImmediate, setTimeout: sleep } = timers;
/** By this the sandbox knows the calls again that a worker waits for. */
const CALL_HEADER = 'x-sandbox-call';
const QUIET_TURNS = 3;
const QUIET_MS = 5;
/** Without a timer or a call of its own, a function may be doing something that nobody sees. */
const SILENCE_MS = 200;

/**
 * Makes time virtual, and follows the calls of the function's code to the outside.
 * @param now the virtual time, shared with the sandbox
 * @param tell called when the code waits: for which calls, and until when; and when it goes on by itself after that
 */
export function createTime(now, tell) {
  const clock = fakeTimers.install({
    now: now[0],
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });
  const timeouts = followTimeouts();
  const calls = new Set();
  let running = 0;
  let news = 0;
  let watching = false;
  let waits = false;

  /** Time has moved while the code waited: what is due by now happens. */
  const catchUp = () => clock.tick(Math.max(0, now[0] - clock.now));

  const noteChange = () => {
    news += 1;
    if (waits) tell(undefined);
    waits = false;
    if (!watching && running > 0) void watch();
  };

  async function watch() {
    watching = true;
    while (running > 0 && !(await isQuiet()));
    watching = false;
    if (running === 0) return;
    waits = true;
    tell({ calls: [...calls], dueMs: timeouts.nextDue(clock) });
  }

  async function isQuiet() {
    const seen = news;
    for (let turn = 0; turn < QUIET_TURNS; turn++) await setImmediate();
    await sleep(calls.size > 0 || timeouts.isAwaited(clock) ? QUIET_MS : SILENCE_MS);
    return seen === news && !systemRequestsUnderWay();
  }

  followCalls({
    begun: () => {
      const id = `${process.env.AWS_LAMBDA_FUNCTION_NAME}/${threadId}.${++callCount}`;
      calls.add(id);
      noteChange();
      return id;
    },
    answered: catchUp,
    ended: (id) => {
      if (calls.delete(id)) noteChange();
    },
  });

  return {
    /** An invocation begins. What became due since the last one happens now, as when Lambda thaws an instance. */
    begin() {
      catchUp();
      running += 1;
      noteChange();
    },
    end() {
      running -= 1;
      noteChange();
    },
    wake() {
      waits = false;
      catchUp();
      noteChange();
    },
  };
}

let callCount = 0;

const systemRequestsUnderWay = () =>
  process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq') || name.startsWith('GetAddrInfo'));

/** Tells apart which of the fake timers somebody waits for. */
function followTimeouts() {
  const handles = new Map();
  const deadlines = new Set();
  for (const name of ['setTimeout', 'setInterval']) {
    const start = globalThis[name];
    globalThis[name] = (...args) => {
      const handle = start(...args);
      handles.set(Number(handle), handle);
      return handle;
    };
  }
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    const abort = () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    deadlines.add(Number(setTimeout(abort, ms).unref()));
    return controller.signal;
  };
  syncBuiltinESMExports();
  const pending = (clock) => {
    const timers = clock.timers ?? new Map();
    for (const id of [...handles.keys()]) if (!timers.has(id)) handles.delete(id);
    for (const id of [...deadlines]) if (!timers.has(id)) deadlines.delete(id);
    return [...timers.values()];
  };
  const isAwaited = ({ id }) => handles.get(id)?.hasRef() !== false;
  return {
    isAwaited: (clock) => pending(clock).some(isAwaited),
    /** When the next of them is due; null: none is. A signal's deadline is kept although nothing waits for it alone. */
    nextDue: (clock) => {
      const dues = pending(clock)
        .filter((timer) => isAwaited(timer) || deadlines.has(timer.id))
        .map(({ callAt }) => callAt);
      return dues.length > 0 ? Math.min(...dues) : null;
    },
  };
}

/** Follows the requests of `node:http`, which the AWS SDK uses, and of `fetch`. */
function followCalls({ begun, answered, ended }) {
  const { request } = http;
  http.request = (...args) => {
    const asked = request(...args);
    const id = begun();
    asked.setHeader(CALL_HEADER, id);
    asked.prependListener('response', answered);
    asked.prependListener('error', answered);
    asked.once('close', () => ended(id));
    return asked;
  };
  syncBuiltinESMExports();
  const fetches = new WeakMap();
  subscribe('undici:request:create', ({ request: asked }) => {
    const id = begun();
    fetches.set(asked, id);
    asked.addHeader(CALL_HEADER, id);
  });
  subscribe('undici:request:headers', answered);
  const end = ({ request: asked }) => {
    answered();
    ended(fetches.get(asked));
  };
  subscribe('undici:request:trailers', end);
  subscribe('undici:request:error', end);
}

/** What `Math.random` gives: the pauses of SDKs depend on it, and they are to be the same in every run (a linear congruential generator). */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
