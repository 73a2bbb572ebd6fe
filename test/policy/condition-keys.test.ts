import type { ConditionContext } from '../../sandbox/aws/authorization/permission';
import { aService } from '../config/environment-builder';
import { lambdaFor, rolesOf } from './askers';
import { type DeployedEnvironment, deployedEnvironment } from './deployed-environment';
import { ACCOUNT, askersIn, deploy, ORGANIZATION, THEIR_ACCOUNT } from './environment-with';
import { accountTarget, networkTarget, targetsOf } from './targets';

const ENDPOINT = 'vpce-0123456789abcdef0';
const TEAM = [`arn:aws:iam::${ACCOUNT}:role/platform-team`];

/** Every option at once, so that every policy there can be is there. */
const EVERYTHING = {
  operators: { stager: TEAM, responder: TEAM, auditor: TEAM, breakGlass: TEAM },
  readerAccounts: [THEIR_ACCOUNT],
  readerOrganization: ORGANIZATION,
  functionNetwork: { subnetIds: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-0123456789abcdef0'] },
  services: [aService({ readThroughVpcEndpoints: [ENDPOINT] }), aService({ name: 'support-bot' })],
};

type Values = string | readonly string[];

interface Statement {
  readonly Sid?: string;
  readonly Action: Values;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Values>>>>;
}

/** One condition of one statement, and the requests that the statement is about. */
interface Asked {
  readonly name: string;
  readonly operator: string;
  readonly key: string;
  readonly wanted: readonly string[];
  readonly requests: readonly ConditionContext[];
}

describe('every condition in a deployed policy', () => {
  it('is met by some question of the proof, and not by another', async () => {
    const sandbox = await deploy({ config: EVERYTHING, rows: [] });
    const asked = await conditionsIn(deployedEnvironment(sandbox));
    await sandbox.dispose();

    expect(asked.length).toBeGreaterThan(50);
    expect([...new Set(asked.filter(isOneSided).map(({ name }) => name))]).toEqual([]);
  });
});

const isOneSided = (asked: Asked): boolean => new Set(asked.requests.map((each) => isMet(asked, each))).size !== 2;

/** Whether a request has one of the values, whichever way the operator then takes that. */
function isMet({ operator, key, wanted }: Asked, request: ConditionContext): boolean {
  const value = Object.entries(request).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
  if (operator === 'Null') return wanted.includes(String(value === undefined));
  return value !== undefined && wanted.some((pattern) => [value].flat().some((each) => fits(pattern, each)));
}

async function conditionsIn(deployed: DeployedEnvironment): Promise<readonly Asked[]> {
  const askers = [...askersIn(deployed, {}), ...rolesOf(deployed, ENDPOINT), ...lambdaFor(deployed)];
  const targets = [...(await targetsOf(deployed)), await accountTarget(), await networkTarget(deployed)];
  const byDocument = new Map<string, { readonly action: string; readonly context: ConditionContext }[]>();
  for (const asker of askers)
    for (const { permission } of targets.flatMap(({ acts }) => acts)) {
      const { policies, context } = asker.as(permission.action.split(':')[0] ?? '');
      const request = { action: permission.action, context: { ...context, ...permission.context } };
      for (const document of [...policies.map((each) => each.document), permission.resourcePolicy ?? '{}'])
        byDocument
          .set(document, byDocument.get(document) ?? [])
          .get(document)
          ?.push(request);
    }
  return [...byDocument].flatMap(([document, requests]) =>
    statementsIn(document).flatMap((statement) =>
      conditionsOf(statement).map(({ operator, key, wanted }) => ({
        name: `${statement.Sid ?? [statement.Action].flat().join()}: ${operator} ${key}`,
        operator,
        key,
        wanted,
        requests: requests.filter(({ action }) => isAbout(statement, action)).map(({ context }) => context),
      })),
    ),
  );
}

const statementsIn = (document: string): readonly Statement[] =>
  [(JSON.parse(document) as { readonly Statement?: Statement | readonly Statement[] }).Statement ?? []].flat();

const conditionsOf = ({ Condition = {} }: Statement) =>
  Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, wanted: [values].flat().map(String) })),
  );

const isAbout = ({ Action }: Statement, action: string): boolean =>
  [Action].flat().some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase()));

const fits = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(text);
