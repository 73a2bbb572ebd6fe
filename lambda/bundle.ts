import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundledPackages, licenceNotices } from './licences';

/** The functions there are, each with its handler in `lambda/<name>/index.ts`. */
export const FUNCTION_NAMES = ['rotate', 'reconcile'] as const;

/** One function as it was bundled. */
export interface FunctionBundle {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** What went into it. */
  readonly metafile: Metafile;
}

/** Where to read from and write to. */
export interface BundleOptions {
  /**
   * Folder with a folder per function.
   * @default - this one
   */
  readonly source?: string;
  /**
   * Folder that gets a folder per function.
   * @default - build/functions
   */
  readonly target?: string;
}

const ROOT = join(__dirname, '..');

/**
 * Bundles every function into `build/functions/<name>/index.mjs`, the AWS SDK included: a pinned SDK behaves as it was
 * tested, and one minified ES module loads in half the time. What went in, and under which licences, is written beside
 * it, outside the asset, so that the asset changes only when the code does.
 */
export async function bundleFunctions(options: BundleOptions = {}): Promise<FunctionBundle[]> {
  const { source = __dirname, target = join(ROOT, 'build', 'functions') } = options;
  return Promise.all(FUNCTION_NAMES.map((name) => bundleFunction(name, source, target)));
}

async function bundleFunction(name: string, source: string, target: string): Promise<FunctionBundle> {
  const folder = join(target, name);
  const file = join(folder, 'index.mjs');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: ROOT, // paths in the output are relative to it, so they are the same on every machine
    entryPoints: [join(source, name, 'index.ts')],
    outfile: file,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20', // runs on Lambda's Node 24 and on a laptop's Node 20 alike
    mainFields: ['module', 'main'], // the ES module flavour of a package, so that unused code can be left out
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    // Dependencies that are CommonJS call require, which an ES module does not have.
    banner: {
      js: "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url);",
    },
  });
  await writeFile(join(target, `${name}.meta.json`), JSON.stringify(metafile));
  await writeFile(join(target, `${name}.licences.txt`), licenceNotices(await bundledPackages(metafile, ROOT)));
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { name, file, bytes, metafile };
}

async function main(): Promise<void> {
  for (const { name, bytes } of await bundleFunctions()) {
    // Standard output belongs to `cdk synth`, which runs this first.
    process.stderr.write(`${name}: ${Math.round(bytes / 1024)} KiB\n`);
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
