import { ERROR_KINDS, isKeyRotationError, KeyRotationError, messageOf } from '../../lib/core/errors';

describe('KeyRotationError', () => {
  it.each(Object.entries(ERROR_KINDS))('says of %s who has to act, and whether it may pass', (code, kind) => {
    const error = new KeyRotationError(code as keyof typeof ERROR_KINDS, 'what is wrong');
    expect(error).toMatchObject({ code, ...kind, message: 'what is wrong', name: 'KeyRotationError' });
  });

  it('keeps its cause', () => {
    const cause = new Error('why');
    expect(new KeyRotationError('AwsFailed', 'what', { cause }).cause).toBe(cause);
  });

  it.each([
    'NoSpare',
    'IssuerUnclear',
    'IssuerFailed',
    'AwsFailed',
    'StateChangedMeanwhile',
    'PendingValueMissing',
  ] as const)('may pass by itself: %s', (code) => {
    expect(ERROR_KINDS[code].retryable).toBe(true);
  });

  it.each(['KeyDead', 'PendingKeyDead', 'BadRecord', 'BadSettings', 'AdminKeyMissing', 'NothingToUndo'] as const)(
    'does not pass by itself: %s',
    (code) => {
      expect(ERROR_KINDS[code].retryable).toBe(false);
    },
  );
});

describe('isKeyRotationError', () => {
  it('knows an error of ours, and one of a code', () => {
    const error = new KeyRotationError('NoSpare', 'none');
    expect(isKeyRotationError(error)).toBe(true);
    expect(isKeyRotationError(error, 'NoSpare')).toBe(true);
    expect(isKeyRotationError(error, 'KeyDead')).toBe(false);
    expect(isKeyRotationError(new Error('none'))).toBe(false);
    expect(isKeyRotationError({ code: 'NoSpare' }, 'NoSpare')).toBe(false);
  });
});

describe('messageOf', () => {
  it('is the message of an error, and says nothing of anything else', () => {
    expect(messageOf(new Error('why'))).toBe('why');
    expect(messageOf('a text that may hold anything')).toBe('unknown error');
  });
});
