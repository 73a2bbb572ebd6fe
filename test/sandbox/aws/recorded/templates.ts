import { type Recorded, row, testsOf } from './source';

const FILE = 'cloudformation/secret-resources';
const secret = testsOf(FILE, 'a secret in a template');
const schedule = testsOf(FILE, 'a rotation schedule in a template');

/** What CloudFormation makes of secrets in templates. */
export const TEMPLATES: readonly Recorded[] = [
  row(['CFN'], 'a secret without a text is empty', secret('without a text is empty')),
  row(['CFN'], 'a changed text overwrites the live value', secret('whose text changes loses what it holds by then')),
  row(['CFN', 'ISS'], 'secrets are deleted by force', secret('goes without a recovery window')),
  row(
    ['CFN', 'ISS'],
    'a schedule rotates on its first deployment and on every change, unless it says otherwise',
    schedule('rotates at once, and whenever it changes, unless it says otherwise'),
    schedule('has a copy tested and nothing else, where it says otherwise'),
  ),
];
