import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { Play } from './play';
import { NOTHING, sum, type Tally, tallySeeds } from './tally';

/** A stretch of seeds. */
export interface Seeds {
  readonly from: number;
  readonly count: number;
}

/** Seeds to play, so many at a time, for as long as there are any and `goOn` says so. */
export interface Work extends Seeds {
  readonly batch: number;
  readonly goOn: () => boolean;
}

/** Told after every batch of what all of them came to so far. */
export type Progress = (tally: Tally) => void;

/** Plays the schedules of many seeds in this thread. */
export async function playMany(work: Work, play: Play, progress: Progress): Promise<Tally> {
  let total = NOTHING;
  for (const { from, count } of batchesOf(work)) {
    total = sum(total, await tallySeeds(from, count, play));
    progress(total);
  }
  return total;
}

/** The code of a worker thread. It is bundled, since a thread loads no TypeScript by itself. */
const WORKER = `
  import { parentPort } from 'node:worker_threads';
  import { playOnPorts } from './play';
  import { tallySeeds } from './tally';
  Error.stackTraceLimit = 0;
  parentPort.on('message', async ({ from, count }) => parentPort.postMessage(await tallySeeds(from, count, playOnPorts)));
`;

/** Plays the schedules of many seeds on the core's ports, in several threads. */
export async function playManyInThreads(work: Work, threads: number, progress: Progress): Promise<Tally> {
  const code = await bundled();
  const batches = batchesOf(work);
  let total = NOTHING;
  const done = (tally: Tally): void => {
    total = sum(total, tally);
    progress(total);
  };
  await Promise.all(Array.from({ length: threads }, () => workOff(batches, new Worker(code, { eval: true }), done)));
  return total;
}

/** One thread takes batches for as long as there are any. */
function workOff(batches: Iterator<Seeds>, worker: Worker, done: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const batch = batches.next();
      if (batch.done) void worker.terminate().then(() => resolve(), reject);
      else worker.postMessage(batch.value);
    };
    worker.on('error', reject);
    worker.on('message', (tally: Tally) => {
      done(tally);
      next();
    });
    next();
  });
}

async function bundled(): Promise<string> {
  const stdin = { contents: WORKER, resolveDir: __dirname, loader: 'ts' as const };
  const { outputFiles } = await build({ stdin, bundle: true, platform: 'node', format: 'cjs', write: false });
  return outputFiles[0]?.text ?? '';
}

function* batchesOf({ from, count, batch, goOn }: Work): Generator<Seeds, undefined> {
  for (let start = from; start < from + count && goOn(); start += batch) {
    yield { from: start, count: Math.min(batch, from + count - start) };
  }
}
