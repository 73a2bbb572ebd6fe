import { PUTTING_BACK } from '../contract/runbook';
import { Answer } from '../core/answer';
import { KeyRotationError } from '../core/errors';

/** A record of ours that cannot be understood. What it is, is named; what it holds is not. */
const broken = (where: string, how: string): KeyRotationError =>
  new KeyRotationError('BadRecord', `${where} ${how}; write it again, as ${PUTTING_BACK} says`);

/**
 * A JSON record of ours.
 * @param where - what the record is, for the error
 * @throws KeyRotationError BadRecord, also when a field is read that is not what it should be
 */
export function recordOf(text: string, where: string): Answer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken(where, 'is not JSON');
  }
  return new Answer(where, value, broken);
}
