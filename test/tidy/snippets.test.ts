import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = ['README.md', 'docs/adding-a-service.md'];

/** Every whole program (it imports something) in a document's `ts` blocks. */
const programsIn = (document: string): readonly string[] =>
  [...readFileSync(join(ROOT, document), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)]
    .map(([, code = '']) => code)
    .filter((code) => code.includes('import '));

/** What the compiler says of a program that imports this package by its name. */
function complaints(code: string): readonly string[] {
  const folder = mkdtempSync(join(ROOT, 'build', 'snippet-'));
  try {
    const file = join(folder, 'snippet.ts');
    writeFileSync(file, code);
    const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config as {
      compilerOptions: object;
    };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
    const paths = {
      'claude-key-rotation': ['./lib/index.ts'],
      'claude-key-rotation/client': ['./lib/client/index.ts'],
    };
    const program = ts.createProgram([file], { ...options, paths, noUnusedLocals: false });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the code in the documents', () => {
  it.each(DOCUMENTS.flatMap((document) => programsIn(document).map((code) => [document, code] as const)))(
    'compiles: %s',
    (_document, code) => {
      expect(complaints(code)).toEqual([]);
    },
  );

  it('is found and really compiled', () => {
    expect(DOCUMENTS.flatMap(programsIn).length).toBeGreaterThanOrEqual(3);
    expect(complaints("import { nothing } from 'claude-key-rotation';\nnothing();\n")).not.toEqual([]);
  });
});
