import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { bundleFunctions, FUNCTION_NAMES, type FunctionBundle } from '../../lambda/bundle';

/** A scratch folder with one handler per function. */
function handlers(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'handlers-'));
  for (const name of FUNCTION_NAMES) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.ts'), source);
  }
  return folder;
}

const bundle = (source: string): Promise<FunctionBundle[]> =>
  bundleFunctions({ source: handlers(source), target: mkdtempSync(join(tmpdir(), 'bundles-')) });

const textOf = (bundles: readonly FunctionBundle[]): string[] => bundles.map(({ file }) => readFileSync(file, 'utf8'));

/** What a bundled handler answers, loaded the way Lambda loads it; jest itself cannot import an ES module. */
function answerOf(file: string): Promise<unknown> {
  const program = `import(${JSON.stringify(file)}).then((m) => m.handler({})).then((answer) => require('node:worker_threads').parentPort.postMessage(answer))`;
  return new Promise((resolve, reject) => {
    new Worker(program, { eval: true }).once('message', resolve).once('error', reject);
  });
}

describe('bundleFunctions', () => {
  it('writes one ES module per function, which runs', async () => {
    const bundles = await bundle('export const handler = async () => "answer";');
    expect(bundles.map(({ name, file }) => [name, file.endsWith(`${name}/index.mjs`)])).toEqual([
      ['rotate', true],
      ['reconcile', true],
    ]);
    for (const { file, bytes } of bundles) {
      expect(await answerOf(file)).toBe('answer');
      expect(bytes).toBe(readFileSync(file).length);
    }
  });

  it('lets a CommonJS dependency require a module of Node', async () => {
    const [rotate] = await bundle(
      'declare const require: (id: string) => { basename(path: string): string };\nexport const handler = async () => require("node:path").basename("/a/b");',
    );
    expect(await answerOf(rotate?.file ?? '')).toBe('b');
  });

  it('writes the same bytes for the same code, wherever it lies, so that nothing is deployed in vain', async () => {
    const source = 'export const handler = async () => "answer";';
    expect(textOf(await bundle(source))).toEqual(textOf(await bundle(source)));
  });

  it('includes the AWS SDK, so that what runs is what was tested', async () => {
    const [rotate] = await bundle(
      `export { SSMClient as handler } from ${JSON.stringify(require.resolve('@aws-sdk/client-ssm'))};`,
    );
    expect(Object.keys(rotate?.metafile.inputs ?? {}).join()).toContain('@aws-sdk/client-ssm');
    expect(readFileSync(rotate?.file ?? '', 'utf8')).not.toMatch(/from\s*["']@aws-sdk/);
  });

  it('rejects a function that does not compile', async () => {
    await expect(bundle('export const handler = async () => {')).rejects.toThrow();
  });
});
