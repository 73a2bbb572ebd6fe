import { UnmodelledError } from '../errors';
import { Fields } from './fields';
import { AwsError } from './service';

/** Makes what a log group shows of a line. */
export type Masking = (text: string) => string;

const POLICY_FIELDS = {
  fields: [
    { Statement: ['DataIdentifier', { Operation: ['Audit', 'Deidentify'] }] },
    { Configuration: [{ CustomDataIdentifier: ['Name', 'Regex'] }] },
  ],
  withoutEffect: ['Name', 'Description', 'Version', { Statement: ['Sid'] }],
};
const MOST_IDENTIFIERS = 10;
const LONGEST_REGEX = 200;
const VERSION = '2021-06-01';

/** Reads a data protection policy: what its statements de-identify reads as asterisks. Only custom identifiers are modelled. */
export function maskingOf(document: string): Masking {
  const values = JSON.parse(document) as Record<string, unknown>;
  const policy = Fields.of('a data protection policy', POLICY_FIELDS, values);
  if (values.Version !== VERSION) throw invalid(`Version must be ${VERSION}`);
  const custom = customIdentifiers(policy);
  const masked = policy.structures('Statement').flatMap((statement) => maskedBy(statement, custom));
  return (text) => masked.reduce((shown, pattern) => shown.replace(pattern, asterisks), text);
}

const asterisks = (found: string): string => '*'.repeat(found.length);

function customIdentifiers(policy: Fields): ReadonlyMap<string, RegExp> {
  const identifiers = policy.optionalStructure('Configuration')?.structures('CustomDataIdentifier') ?? [];
  if (identifiers.length > MOST_IDENTIFIERS) throw invalid(`there can be ${MOST_IDENTIFIERS} custom identifiers`);
  return new Map(identifiers.map((each) => [readName(each), readPattern(each)]));
}

function readName(identifier: Fields): string {
  const name = identifier.string('Name');
  if (/^[A-Za-z0-9_-]{1,128}$/.test(name)) return name;
  throw invalid('the name of a custom identifier holds 1 to 128 letters, digits, _ and -');
}

/** The characters that AWS allows in a pattern, groups not among them, mean the same here. */
function readPattern(identifier: Fields): RegExp {
  const regex = identifier.string('Regex');
  if (regex.length <= LONGEST_REGEX && !/[()]/.test(regex)) return new RegExp(regex, 'g');
  throw invalid(`the pattern of a custom identifier has at most ${LONGEST_REGEX} characters and no parentheses`);
}

function maskedBy(statement: Fields, custom: ReadonlyMap<string, RegExp>): readonly RegExp[] {
  const operation = statement.structure('Operation');
  const patterns = statement.strings('DataIdentifier').map((name) => custom.get(name) ?? unknown(name));
  for (const part of ['Audit', 'Deidentify']) if (operation.has(part)) refuseSettings(part, operation);
  return operation.has('Deidentify') ? patterns : [];
}

/** Findings that go somewhere, and masks of another kind, are not modelled. */
function refuseSettings(part: string, operation: Fields): void {
  const [settings = {}] = Object.values(operation.pick(part));
  for (const [name, inside] of Object.entries(settings as object)) {
    const isPlain = ['FindingsDestination', 'MaskConfig'].includes(name) && Object.keys(inside as object).length === 0;
    if (!isPlain) throw new UnmodelledError(`${name} in ${part} of a data protection policy`);
  }
}

function unknown(name: string): never {
  if (name.startsWith('arn:')) throw new UnmodelledError(`the managed data identifier ${name}`);
  throw invalid(`${name} is no custom identifier of this policy`);
}

const invalid = (why: string): AwsError => new AwsError('InvalidParameterException', why);
