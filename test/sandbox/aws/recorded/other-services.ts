import { type Recorded, row, testsOf } from './source';

const lambda = testsOf('lambda', 'Lambda');
const group = testsOf('logs', 'a log group');
const alarm = testsOf('cloudwatch', 'CloudWatch');
const figures = testsOf('cloudwatch-limits', 'the figures of one request');
const topic = testsOf('sns', 'an encrypted topic');
const parameter = testsOf('ssm', 'a parameter');
const secure = testsOf('ssm', 'a SecureString');
const path = testsOf('ssm', 'parameters by path');
const kms = testsOf('kms', 'a KMS key');

/** What the services around Secrets Manager do. */
export const OTHER_SERVICES: readonly Recorded[] = [
  row(
    ['API'],
    'whoever waits for an answer is refused with status 429',
    lambda('throttles whoever waits for an answer when the function may not run, or no more of it'),
  ),
  row(
    ['DOC'],
    'an asynchronous call waits, for six hours at most',
    lambda('keeps a throttled asynchronous invocation waiting, longer each time, and gives it up after six hours'),
  ),
  row(
    ['DOC'],
    'what is de-identified reads as asterisks',
    group('shows asterisks for what its data protection policy finds, and keeps what was written'),
  ),
  row(
    ['API'],
    'lines that came before the policy are left as they are',
    group('leaves lines as they are that came before the policy'),
  ),
  row(
    ['DOC'],
    'a policy has ten identifiers, names of 128 and patterns of 200 characters, without groups',
    group('takes ten identifiers, with names of 128 and patterns of 200 characters'),
    group('rejects %s, and goes on as before'),
  ),
  row(
    ['API'],
    'an alarm begins without data',
    alarm('starts an alarm without data and, when missing data is fine, has it OK after a minute'),
  ),
  row(
    ['DOC'],
    'an alarm acts on a change of its state alone',
    alarm('raises an alarm at the end of the minute, tells once, and lowers it when the data has passed'),
  ),
  row(
    ['DOC'],
    'missing data is treated in four ways, as in the examples of the documentation',
    testsOf('cloudwatch-evaluation', 'evaluate')('judges %i of 3 over "%s" as documented'),
    testsOf('cloudwatch-evaluation', 'evaluate')('keeps the state it has when missing data is ignored'),
  ),
  row(
    ['API'],
    'a request has a thousand metrics and a megabyte, a metric thirty dimensions and 150 values up to 2^360',
    figures('may be %s'),
    figures('rejects %s, and records none of them'),
    figures('rejects more than a megabyte'),
  ),
  row(
    ['DOC'],
    'a message to an encrypted topic needs both operations on its key, of whoever publishes',
    topic('takes messages from whoever may use its key, for which SNS asks twice'),
    topic('rejects whoever may not %s with its key'),
  ),
  row(
    ['DOC'],
    'a key that is disabled, going or gone takes every message with it',
    topic('rejects every message while its key %s'),
    topic('rejects every message when there is no such key'),
  ),
  row(
    ['DOC'],
    'what a service sends whom the key does not let in is lost, and nobody hears of it',
    topic('loses what a service sends whom its key does not let in, and the sender hears nothing of it'),
    testsOf(
      'authorization',
      'of services',
    )('loses, and counts, what CloudWatch sends to a topic whose key does not let it in'),
  ),
  row(
    ['API'],
    'a parameter is written over only when that is asked for',
    parameter('rejects a second one of the same name, and keeps the first'),
    parameter('rejects all but one of those that are added under one name at the same time'),
  ),
  row(
    ['API'],
    'a standard parameter holds 4 KB',
    parameter('may have a value of 4 KB'),
    parameter('a value over 4 KB'),
  ),
  row(
    ['API'],
    'a page of parameters by path holds ten',
    path('come in pages of ten, also while some are deleted'),
    path('rejects a page of more than ten'),
  ),
  row(
    ['DOC'],
    'a SecureString is encrypted under its ARN, and asks KMS for the caller',
    secure("asks KMS on the caller's behalf, with the parameter's ARN as context"),
  ),
  row(
    ['API'],
    'a key that cannot be used is an InvalidKeyId to Parameter Store',
    secure('rejects a key that does not exist or is disabled'),
    secure('rejects decryption while the deletion of the key is pending, and shows the ciphertext still'),
  ),
  row(
    ['API'],
    'a disabled key is of no use until it is enabled',
    kms('rejects use while it is disabled, and serves again when it is enabled'),
  ),
  row(
    ['API', 'KEYS'],
    'a key waits 7 to 30 days for its deletion, of no use, and comes back disabled',
    kms('rejects use while its deletion is pending, and is gone when the window has passed'),
    kms('comes back disabled when its deletion is cancelled'),
  ),
  row(
    ['KEYS', 'AUTH'],
    'a session is named by the unique id of its role',
    testsOf('sts', 'STS')('names a session by the id of its role, as IAM and CloudTrail do'),
  ),
];
