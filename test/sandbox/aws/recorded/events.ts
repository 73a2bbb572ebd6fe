import { type Recorded, row, testsOf } from './source';

const rotation = testsOf('secrets-manager-rotation', 'a rotation');
const call = testsOf('cloud-trail', 'the event of an API call');
const limits = testsOf('events', 'the limits of a bus');

/** What EventBridge hears of Secrets Manager, and takes from templates. */
export const EVENTS: readonly Recorded[] = [
  row(
    ['UG'],
    'a rotation is told of when it starts, succeeds, fails and is abandoned',
    rotation('tells of its start and success'),
  ),
  row(
    ['EVENT', 'KEYS'],
    'events of rotations name the secret in their additional data alone, failed ones with the step in their message',
    rotation('that fails is told of with everything that AWS says of it, and nothing more'),
  ),
  row(
    ['3P'],
    'a failed test of a deferred rotation is told of as TestRotationFailed',
    testsOf(
      'secrets-manager-rotation',
      'a deferred rotation',
    )('tells of a failed test, and has cleared the label all the same'),
  ),
  row(
    ['UG'],
    'a label that moves is told of without a trail, unless it is AWSPENDING or AWSPREVIOUS',
    testsOf('secrets-manager', 'label events')('tell of every label but AWSPENDING and AWSPREVIOUS'),
  ),
  row(
    ['KEYS', 'DOC'],
    'a read is a management event that is read-only, with what the caller asked for and nothing of the answer',
    call('of a read says who asked for which secret, in the words that the caller used, and nothing of the answer'),
  ),
  row(
    ['KEYS'],
    'the event of a denied call says AccessDenied',
    call('of a refused read says so, and what was asked for only where that is shown: %s'),
  ),
  row(
    ['KEYS', 'UG'],
    'the event of a write names the secret as arn, and has neither value nor rotation token',
    call('of a write names its secret by ARN, and has neither value nor rotation token'),
  ),
  row(['KEYS'], 'the event of a refused write names the secret too', call('of a refused write still names the secret')),
  row(['KEYS'], 'the event of a deletion has the date of it', call('of a deletion tells when the secret will be gone')),
  row(
    ['KEYS', 'API'],
    'a batch is told of as itself and as one read per secret, which Secrets Manager invokes',
    call('of a batch comes with one of a read for each secret, invoked by Secrets Manager'),
  ),
  row(
    ['DOC', 'API'],
    'a rule that is merely enabled hears of no read',
    call('of a read does not reach a rule that is merely enabled'),
  ),
  row(
    ['DOC'],
    'events of API calls need a trail that logs',
    call('does not come to an account without a trail that logs'),
  ),
  row(['API'], 'a pattern has 4,096 characters at most', limits('are 4,096 characters of a pattern')),
  row(
    ['DOC'],
    'a bus has thirty rules with wildcards',
    limits('are thirty rules with wildcards, however often they are put'),
  ),
];
