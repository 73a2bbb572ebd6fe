import type { Condition } from '../../../lib/contract/metrics';
import { Teller } from '../../../lib/core/monitoring/teller';
import type { OpenCondition } from '../../../lib/core/ports';
import { days, hours, NOON, noonPlus } from '../../support/observations';
import { Told } from './told';

const found = (condition: Condition, subject = 'rag') => ({ condition, subject, figure: '3', limit: '2' });
const notes: (readonly [string, object])[] = [];
const journal = { note: (event: string, fields: object = {}) => void notes.push([event, fields]) };
let told: Told;
let teller: Teller;
beforeEach(() => {
  notes.length = 0;
  told = new Told();
  teller = new Teller({ memory: told, messages: told, journal }, 'prod', (service) =>
    service === 'rag' ? 'team-rag' : undefined,
  );
});

const tell = async (conditions: readonly ReturnType<typeof found>[], now = NOON) =>
  teller.tell({ open: (await teller.recall()) ?? [], found: conditions, isUnknown: () => false, now });

describe('Teller', () => {
  it('tells of a condition once, with its owner, by its severity, and notes that it did', async () => {
    expect(await tell([found('key-too-old')])).toBe(true);
    expect(await tell([found('key-too-old')], noonPlus(hours(1)))).toBe(true);
    expect(told.messages).toHaveLength(1);
    expect(told.messages[0]).toMatchObject({ severity: 'critical', subject: 'CRITICAL key-too-old: rag (prod)' });
    expect(told.messages[0]?.text).toContain('Owner: team-rag');
    expect(told.open).toMatchObject([{ condition: 'key-too-old', subject: 'rag', since: NOON, toldAt: NOON }]);
    expect(notes).toEqual([['message', { kind: 'tell', condition: 'key-too-old', subject: 'rag' }]]);
  });

  it('tells when it is over, and forgets it', async () => {
    await tell([found('personal-key', 'web')]);
    await tell([], noonPlus(hours(1)));
    expect(told.subjects).toEqual(['WARNING personal-key: web (prod)', 'OVER personal-key: web (prod)']);
    expect(told.messages[0]?.text).not.toContain('Owner:');
    expect(told.messages[1]).toMatchObject({ severity: 'warning' });
    expect(notes.map(([, fields]) => fields)).toMatchObject([{ kind: 'tell' }, { kind: 'tell-over' }]);
    expect(told.open).toEqual([]);
  });

  it('notes what may pass before it tells of it, and again after', async () => {
    await tell([found('rotation-failed')]);
    expect(told.steps).toEqual([
      'put rotation-failed untold',
      'send CRITICAL rotation-failed: rag (prod)',
      'put rotation-failed told',
    ]);
  });

  it('notes what stays after it has told of it', async () => {
    await tell([found('key-too-old')]);
    expect(told.steps).toEqual(['send CRITICAL key-too-old: rag (prod)', 'put key-too-old told']);
  });

  it('notes what has not lasted long enough, tells nobody, and forgets it in silence', async () => {
    await tell([found('no-spare')]);
    expect(told.open).toMatchObject([{ condition: 'no-spare' }]);
    await tell([], noonPlus(hours(1)));
    expect(told.open).toEqual([]);
    expect(told.messages).toEqual([]);
    expect(notes).toEqual([]);
  });

  it('goes on with the rest when one message fails, says so, and tries it again the next time', async () => {
    told.failing = 'send';
    expect(await tell([found('key-too-old'), found('no-spare')])).toBe(false);
    expect(told.open.map(({ condition }) => condition)).toEqual(['no-spare']);
    const fields = { kind: 'tell', condition: 'key-too-old', subject: 'rag', error: 'cannot send' };
    expect(notes).toEqual([['message-failed', fields]]);

    told.failing = undefined;
    expect(await tell([found('key-too-old'), found('no-spare')], noonPlus(1))).toBe(true);
    expect(told.subjects).toEqual(['CRITICAL key-too-old: rag (prod)']);
  });

  it('says that something could not be told even when the last message went out', async () => {
    let sent = 0;
    const send = async () => {
      sent += 1;
      if (sent === 1) throw new Error('no');
    };
    teller = new Teller({ memory: told, messages: { send }, journal }, 'prod', () => undefined);
    expect(await tell([found('key-too-old'), found('personal-key')])).toBe(false);
    expect(sent).toBe(2);
  });

  it('says that a note failed', async () => {
    told.failing = 'put';
    expect(await tell([found('no-spare')])).toBe(false);
    expect(notes.map(([event]) => event)).toEqual(['message-failed']);
  });

  it('sends fifty messages in one run at most, makes all notes first, and sends the rest in the next', async () => {
    const many = Array.from({ length: 60 }, (_, index) => found('key-too-old', `s${index}`));
    await tell([...many, found('no-spare')]);
    expect(told.messages).toHaveLength(50);
    expect(told.steps[0]).toBe('put no-spare untold');
    await tell([...many, found('no-spare')], noonPlus(1));
    expect(told.messages).toHaveLength(60);
  });

  it('recalls nothing when its notes cannot be read, and says so', async () => {
    told.failing = 'list';
    expect(await teller.recall()).toBeUndefined();
    expect(notes).toEqual([['message-failed', { error: 'cannot list' }]]);
  });

  it('recalls what it has noted', async () => {
    const open: OpenCondition = { condition: 'no-spare', subject: 'rag', since: noonPlus(-days(1)) };
    await told.put(open);
    expect(await teller.recall()).toEqual([open]);
  });
});
