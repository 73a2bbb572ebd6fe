import { type ServiceUse, UseReader } from '../../../lib/core/monitoring/use';
import type { KeyCost, KeyUse, Reported, UseReports } from '../../../lib/core/ports';
import { days, hours, NOON, noonPlus } from '../../support/observations';

/** A report of what was recorded, complete up to an instant: entries that begin later are not in it yet. */
class RecordedUse implements UseReports {
  readonly uses: KeyUse[] = [];
  readonly costs: KeyCost[] = [];
  refreshedAt = noonPlus(-hours(0.1));
  calls = 0;

  record(keyId: string, from: Date, requests: number | null, outputTokens = 0): void {
    this.uses.push({ keyId, from, requests, inputTokens: 0, outputTokens });
  }

  async byHour(from: Date, to: Date): Promise<Reported<KeyUse>> {
    this.calls += 1;
    const { refreshedAt } = this;
    return {
      refreshedAt,
      entries: this.uses.filter((use) => use.from >= from && use.from < to && use.from < refreshedAt),
    };
  }

  async inTotal(from: Date, to: Date): Promise<Reported<KeyUse>> {
    return this.byHour(from, to);
  }

  async cost(_from: Date, _to: Date): Promise<Reported<KeyCost>> {
    this.calls += 1;
    return { refreshedAt: this.refreshedAt, entries: this.costs };
  }
}

const OWNERS: Readonly<Record<string, string>> = { old: 'rag', new: 'rag', other: 'bot' };
const serviceOf = (keyId: string): string | undefined => OWNERS[keyId];

describe('UseReader', () => {
  let recorded: RecordedUse;
  let reader: UseReader;
  beforeEach(() => {
    recorded = new RecordedUse();
    reader = new UseReader(recorded, 'UTC');
  });

  const read = async (now = NOON, service = 'rag'): Promise<ServiceUse> =>
    (await reader.read(serviceOf, now)).of(service);
  const lastWhole = (use: ServiceUse) => use.hours.findLast(({ whole }) => whole);

  /** The same count at eleven in each of the four weeks before. */
  const recordWeeks = (keyId: string, requests: number | null): void => {
    for (let week = 1; week <= 4; week++) recorded.record(keyId, noonPlus(-hours(1) - days(7 * week)), requests);
  };

  it('sums the keys of a service, and leaves out those of others and of nobody', async () => {
    for (const keyId of ['old', 'new', 'other', 'stray']) recorded.record(keyId, noonPlus(-hours(2)), 10);
    expect(lastWhole(await read())).toMatchObject({ from: noonPlus(-hours(2)), requests: 20 });
  });

  it('knows what is usual across a rotation', async () => {
    recordWeeks('old', 300);
    recorded.record('new', noonPlus(-hours(1)), 310);
    recorded.refreshedAt = noonPlus(hours(0.1));
    const eleven = (await read(noonPlus(hours(0.2)))).hours.find(
      ({ from }) => from.getTime() === noonPlus(-hours(1)).getTime(),
    );
    expect(eleven).toMatchObject({ requests: 310, usualRequests: 300, whole: true });
  });

  it('never calls an hour whole that the report has not come to the end of', async () => {
    recorded.record('new', noonPlus(-hours(1)), 5);
    recorded.refreshedAt = noonPlus(-1);
    expect(lastWhole(await read())?.from).toEqual(noonPlus(-hours(2)));
    recorded.refreshedAt = NOON;
    expect(lastWhole(await read())?.from).toEqual(noonPlus(-hours(1)));
  });

  it('has in the next reading what the report adds late', async () => {
    recorded.record('new', noonPlus(-hours(2)), 5);
    expect(lastWhole(await read())?.requests).toBe(5);
    recorded.record('old', noonPlus(-hours(2)), 7);
    expect(lastWhole(await read())?.requests).toBe(12);
  });

  it('does not know requests that are not counted', async () => {
    recordWeeks('new', null);
    recorded.record('new', noonPlus(-hours(2)), null, 50);
    expect(lastWhole(await read())).toMatchObject({ requests: 'unknown', outputTokens: 50 });
    expect((await read()).hours.at(-1)).toMatchObject({ usualRequests: 'unknown' });
  });

  it('calls nothing usual of a service that is new', async () => {
    recorded.record('new', noonPlus(-days(7) - hours(1)), 300);
    recorded.record('new', noonPlus(-hours(1)), 300);
    expect((await read()).hours.at(-1)?.usualRequests).toBe('none');
  });

  it('does not know a cost that the report has not come to', async () => {
    recorded.costs.push({ keyId: 'old', usd: 1 }, { keyId: 'new', usd: 2 }, { keyId: 'other', usd: 9 });
    expect((await read()).spent).toEqual({ todayUsd: 3, monthUsd: 3 });
    recorded.refreshedAt = noonPlus(-hours(13));
    recorded.record('new', noonPlus(-hours(2)), 1); // use, so that the cost is asked for again
    expect((await new UseReader(recorded, 'UTC').read(serviceOf, NOON)).of('rag').spent).toEqual({ monthUsd: 3 });
  });

  it('reads earlier weeks and the cost once an hour', async () => {
    await read();
    expect(recorded.calls).toBe(1 + 8 + 2);
    await read(noonPlus(60_000));
    expect(recorded.calls).toBe(1 + 8 + 2 + 1);
    recorded.refreshedAt = noonPlus(hours(0.9));
    await read(noonPlus(hours(1)));
    expect(recorded.calls).toBe(1 + 8 + 2 + 1 + (1 + 8 + 2));
  });

  describe('a report without any use', () => {
    const isSilent = async (): Promise<boolean> => (await reader.read(serviceOf, NOON)).silent;
    /** So many requests in each of some weeks, so long before the hour that is the running one. */
    const recordBefore = (ms: number, requests: number | null, weeks = 4): void => {
      for (let week = 1; week <= weeks; week++)
        recorded.record('old', noonPlus(-hours(1) - ms - days(7 * week)), requests);
    };

    it.each([
      ['many requests in the hour before', hours(1), 100, true],
      ['many requests three hours before', hours(3), 100, true],
      ['one request less', hours(1), 99, false],
      ['many requests only in the hour that runs', 0, 1_000, false],
      ['many requests only longer ago', hours(4), 1_000, false],
    ])('is silent or not where each of the weeks before has %s', async (_what, ms, requests, expected) => {
      recordBefore(ms, requests);
      expect(await isSilent()).toBe(expected);
    });

    it('is not silent where one of the weeks before was without use', async () => {
      recordBefore(hours(1), 1_000, 3);
      expect(await isSilent()).toBe(false);
    });

    it('is not silent with any use in nine hours, of whatever key', async () => {
      recordBefore(hours(1), 1_000);
      recorded.record('stray', noonPlus(-hours(8)), 1);
      expect(await isSilent()).toBe(false);
    });

    it('counts each use as one where requests are not counted', async () => {
      for (let use = 0; use < 100; use++) recordBefore(hours(1), null);
      expect(await isSilent()).toBe(true);
    });
  });

  it('asks for nine hours one by one, and of each earlier week for five hours and for the whole', async () => {
    recorded.record('new', noonPlus(-hours(2)), 1);
    const asked: string[] = [];
    const { byHour } = recorded;
    const told = (what: string, from: Date, to: Date): void =>
      void asked.push(`${what} ${from.toISOString().slice(5, 13)} ${to.toISOString().slice(5, 13)}`);
    recorded.byHour = (from, to) => {
      told('hours', from, to);
      return byHour.call(recorded, from, to);
    };
    recorded.inTotal = async (from, to) => {
      told('total', from, to);
      return { refreshedAt: recorded.refreshedAt, entries: [] };
    };
    await read();
    expect(asked.slice(0, 3)).toEqual([
      'hours 03-10T04 03-10T13',
      'hours 03-03T08 03-03T13',
      'total 03-03T11 03-10T11',
    ]);
    expect(asked.at(-1)).toBe('total 02-10T11 02-17T11');
    expect(asked).toHaveLength(9);
  });

  it('asks for the cost of the day and of the month so far', async () => {
    const asked: string[] = [];
    recorded.cost = async (from, to) => {
      asked.push(`${from.toISOString()} ${to.toISOString()}`);
      return { refreshedAt: recorded.refreshedAt, entries: [] };
    };
    await read();
    expect(asked).toEqual([
      '2026-03-10T00:00:00.000Z 2026-03-10T13:00:00.000Z',
      '2026-03-01T00:00:00.000Z 2026-03-10T13:00:00.000Z',
    ]);
    expect((await read()).spent).toEqual({ todayUsd: 0, monthUsd: 0 });
  });

  it('sums requests of the last hours by key, and counts an hour of uncounted use as one', async () => {
    recorded.record('old', noonPlus(-hours(2)), 3);
    recorded.record('old', noonPlus(-hours(1)), 4);
    recorded.record('new', noonPlus(-hours(3)), null);
    recorded.record('new', noonPlus(-hours(2)), 0);
    recorded.record('other', noonPlus(-hours(2)), 9);
    expect([...(await read()).recentByKey]).toEqual([
      ['old', 7],
      ['new', 1],
    ]);
  });

  it('sums input tokens of the keys of a service', async () => {
    for (const keyId of ['old', 'new'])
      recorded.uses.push({ keyId, from: noonPlus(-hours(2)), requests: 1, inputTokens: 20, outputTokens: 3 });
    expect(lastWhole(await read())).toMatchObject({ inputTokens: 40, outputTokens: 6 });
  });

  it('takes the busiest of an hour and those on either side of it in earlier weeks', async () => {
    recorded.record('new', noonPlus(-hours(2)), 1);
    for (let week = 1; week <= 4; week++) {
      recorded.record('new', noonPlus(-hours(3) - days(7 * week)), 100);
      recorded.record('new', noonPlus(hours(1) - days(7 * week)), 900);
    }
    const usual = (await read()).hours.map(({ usualRequests }) => usualRequests);
    // Of nine, ten and eleven o'clock: that of nine reaches ten, and nothing of one o'clock reaches any.
    expect(usual).toEqual([100, 100, 0]);
  });

  it('knows nothing usual of requests once one earlier week has uncounted ones', async () => {
    recordWeeks('new', 300);
    recorded.record('old', noonPlus(-hours(1) - days(7)), null);
    recorded.record('new', noonPlus(-hours(1)), 5);
    expect((await read()).hours.at(-1)).toMatchObject({ usualRequests: 'unknown' });
  });

  it('rejects when an earlier week cannot be read, and asks again at the next reading', async () => {
    recorded.record('new', noonPlus(-hours(2)), 1);
    const { inTotal } = recorded;
    recorded.inTotal = () => Promise.reject(new Error('no report'));
    await expect(read()).rejects.toThrow('no report');
    recorded.inTotal = inTotal;
    await expect(read()).resolves.toMatchObject({ spent: {} });
  });
});
