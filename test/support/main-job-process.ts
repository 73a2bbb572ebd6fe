import { join } from 'node:path';
import type { Summary } from '../../sandbox/story/summary';
import { expectThat, ROOT, run } from './check-script';

/** What a run of the main job differs in. */
export interface MainJobProcess {
  /** Folder for the page with every key's life. */
  readonly folder: string;
  /** The program that runs it. @default - the Node that runs this */
  readonly node?: string;
  /** Cloud assembly to deploy. @default - this repository's app, synthesised */
  readonly assembly?: string;
}

/** Long enough for every service to rotate once. */
const DAYS = 92;

/** Runs the main job as a process of its own, as a person does, and reads the summary that it prints. */
export async function runMainJobProcess({
  folder,
  node = process.execPath,
  assembly,
}: MainJobProcess): Promise<Summary> {
  const sandbox = ['--import', 'tsx', join(ROOT, 'bin', 'sandbox.ts')];
  const options = ['--env', 'prod', '--days', String(DAYS), '--json', '--page', join(folder, 'key-lives.html')];
  const deployed = assembly === undefined ? [] : ['--assembly', assembly];
  return JSON.parse(await run(ROOT, node, [...sandbox, 'run', ...options, ...deployed])) as Summary;
}

/** Fails unless keys rotated and nobody noticed. */
export function expectSound({ rotations, failedRequests, violations }: Summary): void {
  expectThat(rotations >= 1, 'no key was rotated');
  expectThat(failedRequests === 0, `${failedRequests} requests failed`);
  expectThat(violations.length === 0, `invariants were broken: ${JSON.stringify(violations.slice(0, 5))}`);
}

/** A summary in one line. */
export const inShort = ({ virtualDays, rotations, requests }: Summary): string =>
  `${virtualDays} virtual days, ${rotations} rotations, ${requests} requests, none failed`;
