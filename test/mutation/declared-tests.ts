type Body = (...values: readonly unknown[]) => unknown;

/** One test as a test file declares it, with what its `describe` blocks do before and after it. */
export interface DeclaredTest {
  readonly id: string;
  readonly fileName: string;
  readonly perform: () => Promise<void>;
}

interface Block {
  readonly title: string;
  readonly before: Body[];
  readonly after: Body[];
}

/** Makes test files declare their tests here: of Jest's words, those that the quick tests use. Another one is an error. */
export class DeclaredTests {
  readonly #tests = new Map<string, DeclaredTest>();
  #blocks: readonly Block[] = [];
  #fileName = '';

  get all(): readonly DeclaredTest[] {
    return [...this.#tests.values()];
  }

  /** @param load loads the file, which declares its tests meanwhile */
  declare(fileName: string, load: () => void): void {
    this.#fileName = fileName;
    this.#blocks = [block(fileName)];
    load();
  }

  /** What test files find in the global scope. */
  words(): object {
    return {
      describe: (title: string, body: () => void) => this.#describe(title, body),
      it: Object.assign((title: string, body: Body) => this.#it(title, body), {
        each: (rows: readonly unknown[]) => (title: string, body: Body) => {
          rows.forEach((row, index) => {
            const values = Array.isArray(row) ? row : [row];
            this.#it(`${title} (row ${index + 1})`, () => body(...values));
          });
        },
      }),
      beforeEach: (body: Body) => this.#blocks.at(-1)?.before.push(body),
      afterEach: (body: Body) => this.#blocks.at(-1)?.after.push(body),
    };
  }

  #describe(title: string, body: () => void): void {
    const outer = this.#blocks;
    this.#blocks = [...outer, block(title)];
    body();
    this.#blocks = outer;
  }

  #it(title: string, body: Body): void {
    const blocks = this.#blocks;
    const id = [...blocks.map((each) => each.title), title].join(' › ');
    if (this.#tests.has(id)) throw new Error(`two tests are called "${id}"`);
    this.#tests.set(id, { id, fileName: this.#fileName, perform: () => perform(blocks, body) });
  }
}

const block = (title: string): Block => ({ title, before: [], after: [] });

async function perform(blocks: readonly Block[], body: Body): Promise<void> {
  for (const { before } of blocks) for (const each of before) await each();
  try {
    await body();
  } finally {
    for (const { after } of [...blocks].reverse()) for (const each of after) await each();
  }
}
