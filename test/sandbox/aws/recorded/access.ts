import { type Recorded, row, testsOf } from './source';

const key = testsOf('secrets-manager-keys', "a secret under a customer's key");
const giving = testsOf('secrets-manager-keys', 'giving a secret a key');
const newKey = testsOf('secrets-manager-keys', 'a secret with a new key');
const policy = testsOf('secrets-manager-policies', 'a resource policy');
const authorised = testsOf('authorization', 'by a resource policy');

/** Who may, and under which key. */
export const ACCESS: readonly Recorded[] = [
  row(
    ['AUTH', 'ISS'],
    'a policy sees a stage or version only in a read that asks for one',
    authorised('sees a stage or a version in a read that asks for one, and in no other'),
  ),
  row(
    ['WRITE'],
    'a policy sees no stage in PutSecretValue',
    authorised('sees no stage in a PutSecretValue, as AWS does not'),
  ),
  row(
    ['UG', 'KEYS'],
    'KMS is told secret and version, and that Secrets Manager asks for the caller',
    key('asks KMS on behalf of whoever writes or reads'),
    key('names secret and version to KMS, and asks it to compare a repeated put'),
  ),
  row(
    ['UG', 'KEYS'],
    'a key is tried out with both operations when a secret is to have it, under a version that there is not',
    key('has its key tried out before its first value is written'),
    giving('rejects whoever may not %s with it'),
    giving('that it has already asks nothing'),
  ),
  row(
    ['KEYS'],
    'a key that is missing or disabled is an InvalidParameterException for a secret that is to have it',
    giving('a key that does not exist'),
    giving('an alias that does not exist'),
    giving('what is no key at all'),
    giving('rejects a disabled one, and leaves no secret behind'),
  ),
  row(
    ['KEYS'],
    'a write needs a data key alone, a repeated one decryption',
    key('is written by whoever may not decrypt, though not a second time'),
    key('rejects writing by whoever may not generate a data key'),
  ),
  row(
    ['KEYS', '3P'],
    'whoever may not use the key is told so without its name',
    key('rejects a caller who may read the secret but not use the key'),
  ),
  row(
    ['API'],
    'a key that cannot be used is a DecryptionFailure or an EncryptionFailure',
    key('rejects reading and writing while the key is disabled'),
    key('rejects reading and writing while the deletion of the key is pending, and serves again once it is enabled'),
  ),
  row(
    ['KEYS', 'UG'],
    'a new key also opens what is current, pending and previous, and nothing else that is there',
    newKey('has what is current, pending and previous under both keys, and the rest under the old one'),
  ),
  row(
    ['KEYS', 'UG'],
    'whoever may not decrypt with the old key or encrypt with the new one changes the key of later values only, and is not told',
    newKey('keeps every value under the old key alone, without a word, for whoever may not %s'),
  ),
  row(['KEYS', 'UG'], 'later values are under the new key alone', newKey('has new values under the new key alone')),
  row(['LIFE'], 'a policy is given back laid out anew', policy('is given back laid out anew, until it is deleted')),
  row(
    ['API', 'LIFE'],
    'a policy for everybody is refused where that is asked for, and only there',
    policy('for everybody is refused where it is asked to be'),
    policy('for everybody passes where nobody asked'),
  ),
  row(['API', 'UG'], 'a policy has 20,480 characters at most', policy('has 20,480 characters at most')),
];
