/**
 * How well a behaviour of AWS is known. REC: recorded from AWS; DOC: its documentation; API: its API model;
 * CODE: its published rotation template; ISS: an issue in public; 3P: third parties.
 */
export type Mark = 'REC' | 'DOC' | 'API' | 'CODE' | 'ISS' | '3P';

/** A behaviour of AWS that the sandbox has, and the tests that show it: `<file>: <describe> › <test or case>`. */
export interface Recorded {
  readonly marks: readonly Mark[];
  readonly fact: string;
  readonly shownBy: readonly string[];
}

const values = (name: string): string => `secrets-manager.test.ts: ${name}`;
const rotation = (name: string): string => `secrets-manager-rotation.test.ts: ${name}`;
const rules = (name: string): string => `rotation-rules.test.ts: ${name}`;
const window = (name: string): string => rules(`the window of a rotation schedule › ${name}`);

const row = (marks: readonly Mark[], fact: string, ...shownBy: readonly string[]): Recorded => ({
  marks,
  fact,
  shownBy,
});

/** Rotation: what the function is told, when, and what becomes of it. */
const ROTATION: readonly Recorded[] = [
  row(
    ['REC'],
    'the steps are createSecret, setSecret, testSecret and finishSecret, with the full ARN and a rotation token, also in one account',
    rotation(
      'a rotation › calls the four steps in order, as the service, with the full ARN, the token and a rotation token',
    ),
  ),
  row(
    ['REC'],
    'a function that Secrets Manager may not invoke is refused with AccessDeniedException, and the secret stays as it was',
    rotation('a rotation › rejects a function that Secrets Manager may not invoke'),
  ),
  row(
    ['REC'],
    'a rotation without any function is an InvalidRequestException',
    rotation('a rotation › without a function'),
  ),
  row(
    ['REC'],
    'the new version is announced under AWSPENDING and has no value',
    rotation('a rotation › answers at once, with an announced version that has no value yet'),
  ),
  row(
    ['CODE'],
    'the announced version cannot be read before it is filled',
    rotation('a rotation › rejects reading the announced version until it is filled'),
  ),
  row(
    ['REC'],
    'RotateSecret answers before the function is called',
    rotation('a rotation › has not called its function when the caller gets the answer'),
  ),
  row(
    ['REC'],
    'steps of one secret never overlap',
    rotation('a rotation › does not start a step before the one before it has ended'),
  ),
  row(
    ['REC'],
    'a version is as old as its value, and LastRotatedDate follows the move of the label',
    rotation('a rotation › counts the put as the birth of the version, and notes when it succeeded'),
  ),
  row(
    ['REC', 'DOC'],
    'AWSPENDING stays on the new current version, where it is no rotation in progress',
    rotation('a rotation › leaves AWSPENDING on the new current version, and is no rotation in progress for that'),
  ),
  row(
    ['DOC'],
    'a rotation has succeeded as well when its function took AWSPENDING off',
    rotation('a rotation › has succeeded as well when its function takes AWSPENDING off'),
  ),
  row(
    ['DOC'],
    'without AWSCURRENT on the new version it has failed',
    rotation('a failed rotation › that ends without AWSCURRENT on the new version has failed in finishSecret'),
  ),
  row(
    ['DOC', 'ISS'],
    'AWSPENDING on another version than the current one stands in the way of the next rotation, until it is taken off',
    rotation('a failed rotation › rejects another rotation until AWSPENDING is cleared'),
  ),
  row(
    ['DOC', 'CODE'],
    'a failed rotation begins again from its first step, with its token',
    rotation(
      'a failed rotation › in %s stops there, is told of, and begins again from createSecret with the same token',
    ),
  ),
  row(
    ['API'],
    'the next date of a rotation that failed may be in the past',
    rotation('a scheduled rotation › that fails for good leaves its date in the past until one succeeds'),
  ),
  row(
    ['REC'],
    'a deferred rotation has a copy of the current value tested, and no other step run',
    rotation('a deferred rotation › has a copy of the current value tested and nothing else'),
  ),
  row(
    ['REC'],
    'the tested copy stays, without a label, and LastRotatedDate does not change',
    rotation('a deferred rotation › leaves the copy unlabelled and readable, and the date of the last rotation alone'),
  ),
  row(
    ['REC'],
    'what never rotated can be cancelled',
    rotation('cancelling › succeeds on a secret that was never rotated'),
  ),
  row(
    ['REC'],
    'cancelling keeps function and rules, and drops the next date',
    rotation('cancelling › keeps the settings, and drops the next date'),
  ),
  row(
    ['REC'],
    'a step under way outlives its cancelled rotation, later ones are not called, labels stay',
    rotation('cancelling › in the middle of a step lets it end, calls no further one and leaves the labels'),
  ),
  row(
    ['DOC'],
    'a value put by hand takes AWSPENDING from a rotation and abandons it',
    rotation('a value put by hand › during a rotation takes AWSPENDING away, ends the rotation and tells of it'),
  ),
  row(
    ['API'],
    'a value put by hand counts for the next date',
    rotation('a value put by hand › counts as a rotation for the next date, though not as the last one'),
  ),
  row(
    ['3P'],
    'events of rotations name the secret in their additional data alone',
    rotation('a rotation › tells of its start and success'),
  ),
  row(
    ['DOC'],
    'a label that moves is told of, unless it is AWSPENDING or AWSPREVIOUS',
    values('label events › tell of every label but AWSPENDING and AWSPREVIOUS'),
  ),
];

/** When AWS rotates by itself. */
const SCHEDULES: readonly Recorded[] = [
  row(
    ['REC'],
    'NextRotationDate is a second before the end of the window',
    window('thirty days on'),
    window('monthly, one hour'),
  ),
  row(
    ['REC'],
    'with a cron, the interval in days is computed',
    rules('rotation rules as read back › say in days how far a schedule was off when it was set'),
  ),
  row(
    ['API'],
    'rates begin at four hours and end at a thousand days',
    window('less than four hours'),
    window('more than a thousand days'),
  ),
  row(['API'], 'rules have days or an expression, never both', window('two schedules')),
  row(['DOC'], 'a cron has whole hours and no year', window('minutes'), window('a year')),
  row(
    ['DOC'],
    'of the two day fields of a cron exactly one is open',
    window('both day fields'),
    window('neither day field'),
  ),
  row(['DOC'], 'L and # are understood', window('the last day of the month'), window('the first Monday of a quarter')),
  row(
    ['DOC'],
    'a window ends before the next one and before the day does',
    window('a window into the next one'),
    window('a window into the next day'),
  ),
  row(['DOC'], 'windows of rates in days open at midnight UTC', window('a rate in days')),
  row(
    ['DOC'],
    'within its window a rotation may come at any time',
    rotation('a scheduled rotation › happens by itself within its window, at an instant that the seed decides'),
  ),
];

/** Values, versions and labels. */
const VALUES: readonly Recorded[] = [
  row(
    ['API'],
    'a value has 1 to 65,536 bytes',
    values('writing a value › an empty value'),
    values('writing a value › a value over 65,536 bytes'),
  ),
  row(['API'], 'a value is text or binary', values('writing a value › both a text and a binary value')),
  row(['API'], 'a token has 32 characters at least', values('writing a value › a token under 32 characters')),
  row(
    ['API', 'DOC'],
    'beyond a hundred versions the oldest unlabelled ones go',
    values('old versions › are removed beyond a hundred, the oldest unlabelled first'),
  ),
  row(
    ['API'],
    'no version goes within a day',
    values('old versions › are never removed within a day: rejects the hundred and first version instead'),
  ),
  row(
    ['API'],
    'a secret has twenty labels at most',
    values('writing a value › rejects a label beyond the twentieth and changes nothing'),
  ),
  row(
    ['REC'],
    "a label of one's own may begin with AWS",
    values('moving a label › takes a label of its own that begins with AWS'),
  ),
  row(
    ['REC'],
    'an unlabelled version is hidden, listed when asked for, and readable by id',
    values('old versions › are hidden from DescribeSecret once unlabelled, and still readable by id'),
  ),
  row(
    ['REC'],
    'AWSPREVIOUS follows AWSCURRENT, other labels stay',
    values('moving a label › moves AWSPREVIOUS along with AWSCURRENT and leaves other labels where they are'),
  ),
  row(
    ['REC'],
    'a label that is attached does not move unless its holder is named',
    values('moving a label › without saying where the label is'),
  ),
  row(['API'], 'a wrong holder is refused', values('moving a label › from a version that does not have it')),
  row(
    ['API'],
    'without a target a label is taken off',
    values('moving a label › adds a label that no version has, and removes one'),
  ),
  row(
    ['API', 'REC'],
    'a put takes its labels from other versions',
    values('writing a value › takes labels from other versions without asking'),
  ),
  row(
    ['API'],
    'a put without labels moves AWSCURRENT',
    values('writing a value › makes it current and the one before it previous'),
  ),
  row(
    ['REC'],
    'the first value is current, whatever was asked for',
    values('writing a value › makes the first one current whatever label was asked for'),
  ),
  row(
    ['REC'],
    'a repeated put adds labels',
    values('writing a value › under the same token again adds labels and changes nothing else'),
  ),
  row(
    ['REC'],
    'another value under a used token is a ResourceExistsException',
    values('writing a value › rejects another value under the same token'),
  ),
  row(
    ['DOC', 'REC'],
    'a repeated put decrypts, in order to compare',
    values("a secret under a customer's key › names secret and version to KMS, and asks it to compare a repeated put"),
  ),
  row(['REC'], 'a bare request has to bring its token', values('writing a value › rejects a request without a token')),
  row(
    ['REC'],
    'a missing token is another error where a rotation is asked for',
    rotation('a rotation › rejects a request without a token'),
  ),
  row(['REC'], 'a label that no version has', values('reading a value › a label that no version has')),
  row(['REC'], 'a version that does not exist', values('reading a value › a version that does not exist')),
  row(
    ['REC'],
    'a label and a version that do not belong together',
    values('reading a value › a label that another version has'),
  ),
  row(
    ['REC'],
    'a secret that does not exist is an error with status 400',
    values('reading a value › rejects a secret that does not exist'),
  ),
  row(
    ['REC'],
    'a secret may be created empty',
    values('a secret › that was created without a value has neither versions nor labels nor a rotation flag'),
  ),
  row(
    ['REC'],
    'a name stays taken while its deletion is pending',
    values('deleting a secret › keeps its name taken until then'),
  ),
  row(
    ['API', 'REC'],
    'of the last access the day alone is known',
    values('reading a value › gives the current one with its labels, and notes the day of the read only'),
  ),
  row(
    ['API', 'REC'],
    'a batch answers and refuses secret by secret',
    values('reading a value › in a batch answers for each secret by itself'),
  ),
  row(
    ['API'],
    'DescribeSecret may be behind',
    'consistency.test.ts: reads that may be behind › show the labels of a secret as they were',
  ),
  row(
    ['API'],
    'ListSecrets may be behind by five minutes',
    'consistency.test.ts: reads that may be behind › are behind for minutes where secrets are listed',
  ),
];

/** Who may, and under which key. */
const ACCESS: readonly Recorded[] = [
  row(
    ['REC', 'ISS'],
    'a policy sees a stage or version only in a read that asks for one',
    'authorization.test.ts: by a resource policy › sees a stage or a version in a read that asks for one, and in no other',
  ),
  row(
    ['REC'],
    'a policy sees no stage in PutSecretValue',
    'authorization.test.ts: by a resource policy › sees no stage in a PutSecretValue, as AWS does not',
  ),
  row(
    ['DOC'],
    'KMS is told secret and version',
    values("a secret under a customer's key › names secret and version to KMS, and asks it to compare a repeated put"),
  ),
  row(
    ['3P'],
    'whoever may not use the key is told so without its name',
    values("a secret under a customer's key › rejects a caller who may read the secret but not use the key"),
  ),
  row(['API'], 'a policy for everybody can be blocked', values('a resource policy › rejects one for everybody')),
];

/** What Lambda does when there is no place for a call. */
const THROTTLING: readonly Recorded[] = [
  row(
    ['API'],
    'whoever waits for an answer is refused with status 429',
    'lambda.test.ts: Lambda › throttles whoever waits for an answer when the function may not run, or no more of it',
  ),
  row(
    ['DOC'],
    'an asynchronous call waits, for six hours at most',
    'lambda.test.ts: Lambda › keeps a throttled asynchronous invocation waiting, longer each time, and gives it up after six hours',
  ),
];

/** What CloudWatch Logs does with what a policy finds. */
const MASKING: readonly Recorded[] = [
  row(
    ['DOC'],
    'what is de-identified reads as asterisks',
    'logs.test.ts: a log group › shows asterisks for what its data protection policy finds, and keeps what was written',
  ),
  row(
    ['DOC'],
    'lines that came before the policy are left as they are',
    'logs.test.ts: a log group › leaves lines as they are that came before the policy',
  ),
];

/** Every behaviour of AWS, known from outside, that the sandbox claims to have. */
export const RECORDED: readonly Recorded[] = [
  ...ROTATION,
  ...SCHEDULES,
  ...VALUES,
  ...ACCESS,
  ...THROTTLING,
  ...MASKING,
];
