import { KeyRotationError } from '../../lib/core/errors';
import { readPages } from '../../lib/core/pages';

const misfit = (what: string, how: string) => new KeyRotationError('AwsFailed', `${what} ${how}`);

/** Reads pages whose cursors are given, and tells for which cursors it asked. */
async function cursorsAsked(nextOf: (asked: number) => string | undefined): Promise<readonly (string | undefined)[]> {
  const asked: (string | undefined)[] = [];
  await readPages({
    what: 'the list',
    ask: async (cursor) => {
      asked.push(cursor);
      return asked.length;
    },
    take: nextOf,
    misfit,
  });
  return asked;
}

describe('readPages', () => {
  it('asks from the first page to the last', async () => {
    expect(await cursorsAsked((page) => (page < 3 ? `c${page}` : undefined))).toEqual([undefined, 'c1', 'c2']);
  });

  it('asks once for a list of one page', async () => {
    expect(await cursorsAsked(() => undefined)).toEqual([undefined]);
  });

  it('rejects a list that comes round again', async () => {
    const round = cursorsAsked((page) => (page % 2 ? 'a' : 'b'));
    await expect(round).rejects.toMatchObject({ message: 'the list does not move on from page to page' });
  });

  it('reads a thousand pages, and rejects more', async () => {
    expect(await cursorsAsked((page) => (page < 1_000 ? `c${page}` : undefined))).toHaveLength(1_000);
    const endless = cursorsAsked((page) => `c${page}`);
    await expect(endless).rejects.toMatchObject({ message: 'the list has more than 1000 pages' });
  });
});
