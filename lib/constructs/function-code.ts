import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { KeyRotationError } from '../core/errors';

/** The functions this package deploys, each in a folder of its own under `lambda/`. */
export type FunctionName = 'rotate' | 'reconcile';

/**
 * The bundled code of a function, from `build/functions` at this package's root.
 * @throws KeyRotationError `FunctionBundleMissing` when it was not built
 */
export function functionCode(name: FunctionName): Code {
  const folder = join(packageRoot(__dirname), 'build', 'functions', name);
  if (!existsSync(join(folder, 'index.mjs'))) {
    throw new KeyRotationError('FunctionBundleMissing', `there is no bundle in ${folder}; run: npm run bundle`);
  }
  return Code.fromAsset(folder);
}

/** Source and compiled files lie at different depths, so the root is where package.json is. */
function packageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  return packageRoot(dirname(folder));
}
