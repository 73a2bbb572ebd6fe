import { type Recorded, row, testsOf } from './source';

const deleting = testsOf('secrets-manager-deletion', 'deleting a secret');

/** How secrets go. */
export const DELETION: readonly Recorded[] = [
  row(
    ['LIFE'],
    'a secret that is marked for deletion is described, and neither read nor written, until it is restored',
    deleting('with a recovery window hides its value until it is restored'),
    deleting('takes no value until it is restored, and describes it all the time'),
  ),
  row(
    ['API'],
    'the recovery window has 7 to 30 days, 30 by itself',
    deleting('leaves thirty days when none are asked for'),
    deleting('a window under seven days'),
    deleting('a window over thirty days'),
  ),
  row(['API'], 'force and a recovery window exclude each other', deleting('force together with a recovery window')),
  row(['SNAP'], 'a name stays taken while its deletion is pending', deleting('keeps its name taken until then')),
  row(
    ['LIFE'],
    'a deletion by force is dated now, and the secret is still described for a while',
    deleting('by force is announced for now, and happens a little later'),
  ),
  row(
    ['UG'],
    'a secret of the same name that is made again has another ARN',
    deleting('frees the name for a secret that has another ARN'),
  ),
  row(
    ['KEYS', 'UG'],
    'a deletion is told of by StartSecretVersionDelete and EndSecretVersionDelete, once per secret, with ARN and Name',
    deleting('is told of when it begins and ends, with the secret in its additional data alone'),
  ),
  row(
    ['UG'],
    'a deletion that is taken back is told of by CancelSecretVersionDelete',
    deleting('that is taken back is told of once'),
  ),
];
