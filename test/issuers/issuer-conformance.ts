import { ApiKey } from '../../lib/core/api-key';
import type { IssuerKeys, KeyVerifier, UsageReports } from '../../lib/core/ports';

/** What a test needs of an issuer's adapters and of the simulated issuer behind them. */
export interface IssuerUnderTest {
  readonly verifier: KeyVerifier;
  readonly keys: IssuerKeys;
  readonly usage: UsageReports;
  readonly organizationId: string;
  readonly workspaceId: string;
  /** Creates a key as the issuer's customers do: in our workspace, or in another. */
  createKey(name: string, place?: 'ours' | 'elsewhere'): Promise<{ readonly id: string; readonly text: string }>;
  /** Uses a key once, as a service does. */
  use(text: string): Promise<void>;
  /** The simulated present. */
  now(): Date;
  /** Lets simulated time pass. */
  wait(ms: number): Promise<void>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What every issuer must do, whoever it is. */
export function describeIssuer(name: string, create: () => Promise<IssuerUnderTest>): void {
  describe(`${name} as an issuer`, () => {
    let issuer: IssuerUnderTest;
    beforeEach(async () => {
      issuer = await create();
    });

    const verify = (text: string) => issuer.verifier.verify(new ApiKey(text));

    it('says of a new key that it lives, and where', async () => {
      const { text } = await issuer.createKey('a');
      const { organizationId, workspaceId } = issuer;
      expect(await verify(text)).toEqual({ kind: 'live', organizationId, workspaceId });
    });

    it('says of a key of another workspace where that is', async () => {
      const { text } = await issuer.createKey('a', 'elsewhere');
      const verdict = await verify(text);
      expect(verdict).toMatchObject({ kind: 'live' });
      expect(verdict).not.toMatchObject({ workspaceId: issuer.workspaceId });
    });

    it.each(['', 'no key at all', 'line\nbreak', 'ünïcödé'])('says of %j that it is dead', async (text) => {
      expect(await verify(text)).toEqual({ kind: 'dead' });
    });

    it('shows no use for being asked about a key', async () => {
      const { text } = await issuer.createKey('a');
      await verify(text);
      await issuer.wait(HOUR_MS);
      const report = await issuer.usage.since(new Date(issuer.now().getTime() - 2 * HOUR_MS));
      expect(report.lastUsedAt.size).toBe(0);
    });

    it('disables a key, and brings it back', async () => {
      const { id, text } = await issuer.createKey('a');
      await issuer.keys.setStatus(id, 'inactive');
      await issuer.wait(MINUTE_MS);
      expect(await verify(text)).toEqual({ kind: 'dead' });
      expect((await issuer.keys.find(id))?.status).toBe('inactive');
      await issuer.keys.setStatus(id, 'active');
      await issuer.wait(MINUTE_MS);
      expect(await verify(text)).toMatchObject({ kind: 'live' });
    });

    it('archives a key for good', async () => {
      const { id, text } = await issuer.createKey('a');
      await issuer.keys.setStatus(id, 'archived');
      await issuer.wait(MINUTE_MS);
      expect(await verify(text)).toEqual({ kind: 'dead' });
      await expect(issuer.keys.setStatus(id, 'active')).rejects.toMatchObject({ code: 'IssuerFailed' });
    });

    it.each(['active', 'inactive', 'archived'] as const)('may be told twice to make a key %s', async (status) => {
      const { id } = await issuer.createKey('a');
      await issuer.keys.setStatus(id, status);
      await issuer.keys.setStatus(id, status);
      expect((await issuer.keys.find(id))?.status).toBe(status);
    });

    it('lists every key of our workspace, whatever its status, and no other', async () => {
      const ours = [await issuer.createKey('a'), await issuer.createKey('b'), await issuer.createKey('c')];
      const elsewhere = await issuer.createKey('d', 'elsewhere');
      await issuer.keys.setStatus(ours[1]?.id ?? '', 'inactive');
      await issuer.keys.setStatus(ours[2]?.id ?? '', 'archived');
      const listed = await issuer.keys.list();
      expect(listed.map((key) => key.id).sort()).toEqual(ours.map((key) => key.id).sort());
      expect(new Set(listed.map((key) => key.status))).toEqual(new Set(['active', 'inactive', 'archived']));
      expect(await issuer.keys.find(elsewhere.id)).toBeUndefined();
    });

    it('shows a key the same way in the list and alone', async () => {
      const { id } = await issuer.createKey('a');
      const [listed] = await issuer.keys.list();
      expect(listed).toEqual(await issuer.keys.find(id));
      expect(listed).toMatchObject({ id, name: 'a', status: 'active', createdAt: issuer.now() });
    });

    it('finds nothing under an id it does not know', async () => {
      expect(await issuer.keys.find('apikey_unknown')).toBeUndefined();
    });

    it('rejects to change a key of another workspace', async () => {
      const { id, text } = await issuer.createKey('a', 'elsewhere');
      for (const status of ['inactive', 'archived', 'active'] as const) {
        await expect(issuer.keys.setStatus(id, status)).rejects.toMatchObject({ code: 'KeyInWrongWorkspace' });
      }
      await issuer.wait(MINUTE_MS);
      expect(await verify(text)).toMatchObject({ kind: 'live' });
    });

    it('rejects to change a key it does not know', async () => {
      await expect(issuer.keys.setStatus('apikey_unknown', 'inactive')).rejects.toMatchObject({ code: 'IssuerFailed' });
    });

    it('reports the last use of each key by the hour, and up to when it knows', async () => {
      const from = issuer.now();
      const [used, unused] = [await issuer.createKey('used'), await issuer.createKey('unused')];
      await issuer.use(used.text);
      await issuer.wait(3 * HOUR_MS);
      await issuer.use(used.text);
      const lastUse = issuer.now();
      await issuer.wait(2 * HOUR_MS);
      const report = await issuer.usage.since(from);
      const end = Math.floor(lastUse.getTime() / HOUR_MS + 1) * HOUR_MS;
      expect(report.lastUsedAt.get(used.id)).toEqual(new Date(end));
      expect(report.lastUsedAt.has(unused.id)).toBe(false);
      expect(report.from.getTime()).toBeLessThanOrEqual(from.getTime());
      expect(report.refreshedAt?.getTime()).toBeGreaterThan(lastUse.getTime());
      expect(report.refreshedAt?.getTime()).toBeLessThanOrEqual(issuer.now().getTime());
    });

    it('leaves use in another workspace out of the report', async () => {
      const elsewhere = await issuer.createKey('a', 'elsewhere');
      await issuer.use(elsewhere.text);
      await issuer.wait(HOUR_MS);
      const report = await issuer.usage.since(new Date(issuer.now().getTime() - 2 * HOUR_MS));
      expect(report.lastUsedAt.size).toBe(0);
    });
  });
}
