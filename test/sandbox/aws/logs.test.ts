import { Logs } from '../../../sandbox/aws/logs';
import type { AwsInput } from '../../../sandbox/aws/service';
import { bareAccount } from './bare-account';

const GROUP = 'group';
/** Looks like nothing that any issuer hands out. */
const PASS = 'pass-';

type Policy = Readonly<Record<string, unknown>>;

const policyWith = (changes: Policy = {}, operation: Policy = { Deidentify: { MaskConfig: {} } }): string =>
  JSON.stringify({
    Name: 'masks',
    Version: '2021-06-01',
    Statement: [
      { Sid: 'audit', DataIdentifier: ['Pass'], Operation: { Audit: { FindingsDestination: {} } } },
      { Sid: 'redact', DataIdentifier: ['Pass'], Operation: operation },
    ],
    Configuration: { CustomDataIdentifier: [{ Name: 'Pass', Regex: `${PASS}[a-z]{4,20}` }] },
    ...changes,
  });

const identifiers = (count: number): readonly Policy[] =>
  Array.from({ length: count }, (_, index) => ({ Name: index === 0 ? 'Pass' : `Other${index}`, Regex: 'a' }));

const statement = (DataIdentifier: readonly string[]): Policy => ({
  Statement: [{ DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } }],
});

async function setUp() {
  const account = bareAccount();
  const logs = new Logs(account);
  account.add(logs);
  const call = (operation: string, input: AwsInput) => account.call('logs', operation, input, account.administrator);
  await call('CreateLogGroup', { logGroupName: GROUP });
  const protect = (policyDocument: string) =>
    call('PutDataProtectionPolicy', { logGroupIdentifier: GROUP, policyDocument });
  const write = (...texts: readonly string[]) => logs.append(GROUP, 'stream', texts);
  const lines = () => logs.group(GROUP)?.lines ?? [];
  return { logs, protect, write, lines };
}

describe('a log group', () => {
  it('shows asterisks for what its data protection policy finds, and keeps what was written', async () => {
    const { protect, write, lines } = await setUp();
    await protect(policyWith());
    write(`first ${PASS}abcdef, then ${PASS}ghij.`, 'nothing here');

    expect(lines().map(({ text }) => text)).toEqual(['first ***********, then *********.', 'nothing here']);
    expect(lines()[0]?.unmasked).toBe(`first ${PASS}abcdef, then ${PASS}ghij.`);
  });

  it('leaves lines as they are that came before the policy', async () => {
    const { protect, write, lines } = await setUp();
    write(`${PASS}abcdef`);
    await protect(policyWith());
    expect(lines()[0]?.text).toBe(`${PASS}abcdef`);
  });

  it('takes ten identifiers, with names of 128 and patterns of 200 characters', async () => {
    const { protect, logs } = await setUp();
    const longest = { Name: 'N'.repeat(128), Regex: 'a'.repeat(200) };
    const policy = policyWith({ Configuration: { CustomDataIdentifier: [...identifiers(9), longest] } });
    await protect(policy);
    expect(logs.group(GROUP)?.dataProtectionPolicy).toBe(policy);
  });

  it('masks nothing that is only audited', async () => {
    const { protect, write, lines } = await setUp();
    await protect(policyWith({}, { Audit: { FindingsDestination: {} } }));
    write(`${PASS}abcdef`);
    expect(lines()[0]?.text).toBe(`${PASS}abcdef`);
  });

  it.each([
    [
      'a managed data identifier',
      policyWith(statement(['arn:aws:dataprotection::aws:data-identifier/EmailAddress'])),
      'the managed data identifier arn:aws:dataprotection::aws:data-identifier/EmailAddress',
    ],
    [
      'findings that go somewhere',
      policyWith({}, { Audit: { FindingsDestination: { S3: { Bucket: 'findings' } } } }),
      'FindingsDestination in Audit',
    ],
    ['a part of a policy that is not modelled', policyWith({ Purpose: 'none' }), '"Purpose"'],
    ['an identifier that is not declared', policyWith(statement(['Other'])), 'Other is no custom identifier'],
    ['another version', policyWith({ Version: '2012-10-17' }), 'Version must be 2021-06-01'],
    [
      'eleven identifiers',
      policyWith({ Configuration: { CustomDataIdentifier: identifiers(11) } }),
      'there can be 10 custom identifiers',
    ],
    [
      'a name of 129 characters',
      policyWith({ Configuration: { CustomDataIdentifier: [{ Name: 'N'.repeat(129), Regex: 'a' }] } }),
      '1 to 128 letters',
    ],
    [
      'a pattern of 201 characters',
      policyWith({ Configuration: { CustomDataIdentifier: [{ Name: 'Pass', Regex: 'a'.repeat(201) }] } }),
      'at most 200 characters',
    ],
    [
      'a pattern with a group',
      policyWith({ Configuration: { CustomDataIdentifier: [{ Name: 'Pass', Regex: '(a|b)' }] } }),
      'no parentheses',
    ],
  ])('rejects %s, and goes on as before', async (_what, policy, message) => {
    const { protect, write, lines, logs } = await setUp();
    await expect(protect(policy)).rejects.toThrow(message);
    write(`${PASS}abcdef`);
    expect(lines()[0]?.text).toBe(`${PASS}abcdef`);
    expect(logs.group(GROUP)?.dataProtectionPolicy).toBeUndefined();
  });
});
