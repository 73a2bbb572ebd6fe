import { type Recorded, row, testsOf } from './source';

const FILE = 'secrets-manager';
const secret = testsOf(FILE, 'a secret');
const reading = testsOf(FILE, 'reading a value');
const writing = testsOf(FILE, 'writing a value');
const old = testsOf(FILE, 'old versions');
const moving = testsOf(FILE, 'moving a label');
const lagging = testsOf('consistency', 'reads that may be behind');

/** Secrets, values, versions and labels. */
export const VALUES: readonly Recorded[] = [
  row(
    ['API'],
    'a name has 1 to 512 letters, digits and any of /_+=.@-',
    secret('may have a name of 512 letters, digits and any of /_+=.@-'),
    secret('no name'),
    secret('a name of 513 characters'),
    secret('a name with a space'),
  ),
  row(
    ['API'],
    'a secret has fifty tags at most, of 256 characters',
    secret('fifty-one tags'),
    secret('a tag of 257 characters'),
  ),
  row(
    ['LIFE'],
    'a secret may be created empty',
    secret('that was created without a value has neither versions nor labels nor a rotation flag'),
  ),
  row(
    ['LIFE'],
    'untagging leaves the date of the last change alone, tagging does not',
    secret('keeps its tags apart from its values, and untagging leaves LastChangedDate alone'),
  ),
  row(
    ['LIFE'],
    'a description is changed without a new version',
    secret('changes its description without a new version'),
  ),
  row(
    ['API', 'WRITE'],
    'a value has 1 to 65,536 bytes, and is never quoted',
    writing('an empty value'),
    writing('a value over 65,536 bytes'),
  ),
  row(['WRITE'], 'a put without a value is an InvalidRequestException', writing('no value at all')),
  row(['API'], 'a value is text or binary', writing('both a text and a binary value')),
  row(['LIFE'], 'a binary value comes back as it was', reading('gives binary values back byte for byte')),
  row(
    ['API', 'WRITE'],
    'a token has 32 to 64 characters',
    writing('a token under 32 characters'),
    writing('a token over 64 characters'),
  ),
  row(
    ['WRITE'],
    'what is too short for a version is refused before it is looked for',
    reading('what cannot be a version'),
  ),
  row(
    ['API', 'UG'],
    'beyond a hundred versions the oldest unlabelled ones go',
    old('are removed beyond a hundred, the oldest unlabelled first'),
  ),
  row(
    ['API'],
    'no version goes within a day',
    old('are never removed within a day: rejects the hundred and first version instead'),
  ),
  row(
    ['API'],
    'a secret has twenty labels at most',
    writing('rejects a label beyond the twentieth and changes nothing'),
  ),
  row(
    ['API', 'WRITE'],
    'a label has 1 to 256 characters, and a list of labels one at least',
    writing('an empty list of labels'),
    writing('an empty label'),
    writing('a label over 256 characters'),
  ),
  row(['SNAP'], "a label of one's own may begin with AWS", moving('takes a label of its own that begins with AWS')),
  row(
    ['SNAP', 'LIFE'],
    'an unlabelled version is hidden, listed when asked for, and readable by id',
    old('are hidden from DescribeSecret once unlabelled, and still readable by id'),
  ),
  row(
    ['LIFE'],
    'AWSPREVIOUS follows AWSCURRENT, other labels stay',
    moving('moves AWSPREVIOUS along with AWSCURRENT and leaves other labels where they are'),
  ),
  row(
    ['LIFE'],
    'a label that is attached does not move unless its holder is named',
    moving('without saying where the label is'),
  ),
  row(['API'], 'a wrong holder is refused', moving('from a version that does not have it')),
  row(['API'], 'without a target a label is taken off', moving('adds a label that no version has, and removes one')),
  row(
    ['API', 'SNAP'],
    'a put takes its labels from other versions',
    writing('takes labels from other versions without asking'),
  ),
  row(['API'], 'a put without labels moves AWSCURRENT', writing('makes it current and the one before it previous')),
  row(
    ['SNAP'],
    'the first value is current, whatever was asked for',
    writing('makes the first one current whatever label was asked for'),
  ),
  row(
    ['LIFE'],
    'a repeated put adds labels',
    writing('under the same token again adds labels and changes nothing else'),
  ),
  row(
    ['LIFE'],
    'another value under a used token is a ResourceExistsException',
    writing('rejects another value under the same token'),
  ),
  row(['SNAP'], 'a bare request has to bring its token', writing('rejects a request without a token')),
  row(
    ['SNAP'],
    'a missing token is another error where a rotation is asked for',
    testsOf('secrets-manager-rotation', 'a rotation')('rejects a request without a token'),
  ),
  row(['SNAP'], 'a label that no version has', reading('a label that no version has')),
  row(['WRITE'], 'a version that does not exist', reading('a version that does not exist')),
  row(['LIFE'], 'a label and a version that do not belong together', reading('a label that another version has')),
  row(
    ['LIFE'],
    'an empty secret is read as one whose current label cannot be found',
    reading('rejects an empty secret as one whose current label cannot be found'),
  ),
  row(
    ['WRITE'],
    'a secret that does not exist is an error with status 400',
    reading('rejects a secret that does not exist'),
  ),
  row(
    ['API', 'LIFE'],
    'of the last access the day alone is known, and nothing before the first',
    reading('gives the current one with its labels, and notes the day of the read only'),
  ),
  row(['API'], 'DescribeSecret may be behind', lagging('show the labels of a secret as they were')),
  row(['API'], 'ListSecrets may be behind by five minutes', lagging('are behind for minutes where secrets are listed')),
];
