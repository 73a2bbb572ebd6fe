import { type Recorded, row, testsOf } from './source';

const listing = testsOf('secrets-manager-lists', 'listing secrets');
const batch = testsOf('secrets-manager-lists', 'reading secrets in a batch');
const filter = testsOf('secrets-manager-lists', '');

/** Lists, batches and filters. */
export const LISTS: readonly Recorded[] = [
  row(
    ['API', 'LIFE'],
    'filters of name, tag key and tag value go by prefix and by case',
    filter('a prefix of the name'),
    filter('a prefix of the name in another case'),
    filter('a tag key'),
    filter('a tag key in another case'),
    filter('a tag value'),
  ),
  row(
    ['API'],
    'the filter of a description goes by prefix in any case',
    filter('a prefix of the description in any case'),
  ),
  row(['API'], 'a value with an exclamation mark must not match', filter('not a prefix')),
  row(['API'], 'the filter of everything goes by words in any case', filter('words in any attribute and case')),
  row(
    ['API'],
    'a secret that is no replica and is managed by nobody has no primary region and no owning service',
    filter('the primary region of a replica'),
    filter('the service that owns a secret'),
  ),
  row(
    ['API'],
    'there are ten filters with ten values each at most',
    listing('more than ten filters'),
    listing('more than ten values of one filter'),
  ),
  row(['API'], 'a list is sorted by a date or the name, either way', listing('is sorted as asked for')),
  row(
    ['API'],
    'a list goes by the date of creation by itself',
    listing('goes by the day of creation when nothing is asked for'),
  ),
  row(['API'], 'a page holds a hundred secrets at most', listing('more than a hundred at once')),
  row(
    ['LIFE'],
    'a secret that is marked for deletion is listed when asked for',
    listing('shows a secret that is marked for deletion only when asked to'),
  ),
  row(['API', 'LIFE'], 'a batch answers and refuses secret by secret', batch('answers for each secret by itself')),
  row(
    ['API'],
    'a batch holds twenty secrets at most',
    batch('more than twenty secrets'),
    batch('pages of more than twenty'),
  ),
  row(
    ['API'],
    'a batch takes names or filters, and pages only with filters',
    batch('both names and filters'),
    batch('neither names nor filters'),
    batch('pages of named secrets'),
    batch('goes on where the page before ended'),
  ),
  row(
    ['API'],
    'a batch asks for its own permission, for that of every secret, and with filters for that to list',
    testsOf('batch-permissions', 'the permissions of a batch')('are its own and that to read each secret'),
    testsOf('batch-permissions', 'the permissions of a batch')('are with filters also that to list'),
  ),
];
