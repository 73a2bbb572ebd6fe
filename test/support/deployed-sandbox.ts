import { join } from 'node:path';
import { handlersFromSource } from '../../sandbox/functions/handlers-from-source';
import { Sandbox, type SandboxOptions } from '../../sandbox/sandbox';

/** The cloud assembly that the test run synthesised. */
export const ASSEMBLY = join(__dirname, '..', '..', 'build', 'assembly');

/** `SANDBOX_CONSISTENCY=eventual` has every test meet reads that are behind writes. */
export const EVENTUAL = process.env.SANDBOX_CONSISTENCY === 'eventual';

/** No longer than the rotation function itself waits for what it should see. */
export const LAG_MS = EVENTUAL ? 1_000 : 0;

/** How long lists lag where reads do: the sandbox's own default. */
export const LIST_LAG_MS = EVENTUAL ? 300_000 : 0;

/** What a sandbox is created with where the test does not say it. */
export const CONSISTENCY: Pick<SandboxOptions, 'consistency'> = EVENTUAL ? { consistency: { lagMs: LAG_MS } } : {};

/**
 * A sandbox with one environment deployed, its functions run from source in this process.
 * @param options where it differs: by default it is an environment of this app, with the seed 1
 */
export const deployedSandbox = (stage = 'prod', options: Partial<SandboxOptions> = {}): Promise<Sandbox> =>
  promptSandbox(stage, { ...CONSISTENCY, ...options });

/** The same, but that reads always show every write, for tests that compare instants or calls one by one. */
export const promptSandbox = (stage = 'prod', options: Partial<SandboxOptions> = {}): Promise<Sandbox> =>
  Sandbox.create({
    assembly: ASSEMBLY,
    stage,
    runner: 'in-process',
    handlers: handlersFromSource(stage),
    ...options,
  });
