import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readAssembly } from './aws/cloudformation/assembly';
import { synthesise } from './synthesise';

/** What the command line says to deploy. */
export interface Choice {
  /** Name of the stage. */
  readonly env: string;
  /** Folder of a cloud assembly; absent: this repository's app is synthesised. */
  readonly assembly?: string;
}

/**
 * The folder of the cloud assembly to deploy from.
 * Rejects one that is not there or lacks the environment, before anything is started, with what there is instead.
 */
export async function chosenAssembly({ env, assembly }: Choice): Promise<string> {
  const folder = assembly === undefined ? await synthesise() : resolve(assembly);
  if (!existsSync(join(folder, 'manifest.json'))) throw noAssembly(folder);
  const stages = [...readAssembly(folder).stages.keys()];
  if (stages.includes(env)) return folder;
  throw new Error(
    `there is no environment "${env}" in ${folder}: it has ${stages.join(', ') || 'none'}; choose one with --env`,
  );
}

const noAssembly = (folder: string): Error =>
  new Error(
    `there is no cloud assembly in ${folder}: write one there with "npx cdk synth --quiet --output ${folder}", or leave --assembly out to have this app synthesised`,
  );
