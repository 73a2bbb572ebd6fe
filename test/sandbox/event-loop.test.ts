import { readFile } from 'node:fs/promises';
import { nextTurn, systemRequestsUnderWay } from '../../sandbox/event-loop';

describe('requests to the system', () => {
  it('are under way at every turn while files are read, from opening them to closing them', async () => {
    let isReading = true;
    const reading = (async () => {
      for (let file = 0; file < 200; file++) await readFile(__filename);
      isReading = false;
    })();
    const missed: number[] = [];
    for (let turn = 0; isReading; turn++) {
      if (!systemRequestsUnderWay()) missed.push(turn);
      await nextTurn();
    }
    await reading;
    expect(missed).toEqual([]);
  });
});
