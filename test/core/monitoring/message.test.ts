import { CONDITION_SENTENCES } from '../../../lib/contract/condition-sentences';
import { enteredMessage, leftMessage, PLATFORM } from '../../../lib/core/monitoring/message';
import { NOON, noonPlus } from '../../support/observations';

const found = { condition: 'no-spare', subject: 'rag', figure: '0 usable spares', limit: '1 at least' } as const;
const open = { condition: 'no-spare', subject: 'rag', since: noonPlus(-1) } as const;

describe('a message', () => {
  it('says what began, of what, by which figure, and where to read on', () => {
    expect(enteredMessage('prod', found, open, 'team-rag')).toEqual({
      subject: 'WARNING no-spare: rag (prod)',
      text: [
        CONDITION_SENTENCES['no-spare'],
        'Environment: prod',
        'Service: rag',
        'Owner: team-rag',
        'Figure: 0 usable spares',
        'Limit: 1 at least',
        `Since: ${noonPlus(-1).toISOString()}`,
        'What to do: docs/runbook.md#no-spare',
      ].join('\n'),
    });
  });

  it('says what is over, and since when it was so', () => {
    expect(leftMessage('prod', { ...open, toldAt: NOON })).toEqual({
      subject: 'OVER no-spare: rag (prod)',
      text: [
        `No longer so: ${CONDITION_SENTENCES['no-spare']}`,
        'Environment: prod',
        'Service: rag',
        `It began: ${noonPlus(-1).toISOString()}`,
        'About it: docs/runbook.md#no-spare',
      ].join('\n'),
    });
  });

  it('names no service and no owner where it is of the environment itself', () => {
    const subject = PLATFORM;
    const { subject: line, text } = enteredMessage('prod', { ...found, subject }, { ...open, subject });
    expect(line).toBe('WARNING no-spare: prod');
    expect(text).not.toMatch(/Service:|Owner:/);
    expect(PLATFORM).toBe('platform');
  });
});
