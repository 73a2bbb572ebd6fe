import { type Recorded, row, testsOf } from './source';

const FILE = 'secrets-manager-rotation';
const rotation = testsOf(FILE, 'a rotation');
const failed = testsOf(FILE, 'a failed rotation');
const byHand = testsOf(FILE, 'a value put by hand');
const deferred = testsOf(FILE, 'a deferred rotation');
const cancelling = testsOf(FILE, 'cancelling');

/** What the function is told, when, and what becomes of it. */
export const ROTATION: readonly Recorded[] = [
  row(
    ['ROT'],
    'the steps are createSecret, setSecret, testSecret and finishSecret, with the full ARN and a rotation token, also in one account',
    rotation('calls the four steps in order, as the service, with the full ARN, the token and a rotation token'),
  ),
  row(
    ['SNAP', 'ROT'],
    'a function that Secrets Manager may not invoke is refused with AccessDeniedException, and the secret stays as it was',
    rotation('rejects a function that Secrets Manager may not invoke'),
  ),
  row(
    ['ROT'],
    'a permission of the function may ask for the account and for the secret',
    rotation('comes to its function for the secret, so that a permission may ask for account and secret'),
    testsOf('lambda', 'Lambda')('lets a service in only by a permission for it, its account and its source'),
  ),
  row(['LIFE'], 'a rotation without any function is an InvalidRequestException', rotation('without a function')),
  row(
    ['ROT'],
    'the new version is announced under AWSPENDING and has no value',
    rotation('answers at once, with an announced version that has no value yet'),
  ),
  row(
    ['CODE', 'SNAP'],
    'the announced version cannot be read before it is filled',
    rotation('rejects reading the announced version until it is filled'),
  ),
  row(
    ['ROT'],
    'RotateSecret answers before the function is called',
    rotation('has not called its function when the caller gets the answer'),
    deferred('has not called its function when the caller gets the answer'),
  ),
  row(
    ['ROT'],
    'steps of one secret never overlap',
    rotation('does not start a step before the one before it has ended'),
  ),
  row(
    ['ROT'],
    'a version is as old as its value, and LastRotatedDate follows the move of the label',
    rotation('counts the put as the birth of the version, and notes when it succeeded'),
  ),
  row(
    ['ROT', 'UG'],
    'AWSPENDING stays on the new current version, where it is no rotation in progress',
    rotation('leaves AWSPENDING on the new current version, and is no rotation in progress for that'),
  ),
  row(
    ['UG', 'SNAP'],
    'a rotation has succeeded as well when its function took AWSPENDING off',
    rotation('has succeeded as well when its function takes AWSPENDING off'),
  ),
  row(
    ['UG'],
    'without AWSCURRENT on the new version it has failed',
    failed('that ends without AWSCURRENT on the new version has failed in finishSecret'),
  ),
  row(
    ['UG', 'ISS'],
    'AWSPENDING on another version than the current one stands in the way of the next rotation, until it is taken off',
    failed('rejects another rotation until AWSPENDING is cleared'),
  ),
  row(
    ['UG', 'CODE'],
    'a failed rotation begins again from its first step, with its token',
    failed('in %s stops there, is told of, and begins again from createSecret with the same token'),
  ),
  row(
    ['API'],
    'the next date of a rotation that failed may be in the past',
    testsOf(FILE, 'a scheduled rotation')('that fails for good leaves its date in the past until one succeeds'),
  ),
  row(
    ['ROT'],
    'a deferred rotation has a copy of the current value tested, and no other step run',
    deferred('has a copy of the current value tested and nothing else'),
  ),
  row(
    ['ROT'],
    'the tested copy stays, without a label, and LastRotatedDate does not change',
    deferred('leaves the copy unlabelled and readable, and the date of the last rotation alone'),
    deferred('leaves one more copy of the live value behind each time'),
  ),
  row(['LIFE'], 'what never rotated can be cancelled', cancelling('succeeds on a secret that was never rotated')),
  row(
    ['ROT'],
    'cancelling keeps function and rules, and drops the next date',
    cancelling('keeps the settings, and drops the next date'),
  ),
  row(
    ['ROT'],
    'a step under way outlives its cancelled rotation, later ones are not called, labels stay',
    cancelling('in the middle of a step lets it end, calls no further one and leaves the labels'),
  ),
  row(
    ['API'],
    'a stuck rotation makes way once it is cancelled and its label taken off',
    cancelling('makes way for another rotation once the labels are mended'),
  ),
  row(
    ['UG'],
    'a value put by hand takes AWSPENDING from a rotation and abandons it',
    byHand('during a rotation takes AWSPENDING away, ends the rotation and tells of it'),
    byHand('by UpdateSecret does the same'),
  ),
  row(
    ['API'],
    'a value put by hand counts for the next date',
    byHand('counts as a rotation for the next date, though not as the last one'),
  ),
];
