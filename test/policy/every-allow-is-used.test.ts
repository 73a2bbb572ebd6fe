import { AWS_CURRENT } from '../../lib/contract/labels';
import { secretName } from '../../lib/contract/names';
import type { Sandbox } from '../../sandbox/sandbox';
import { SCENARIOS } from '../support/scenarios';
import { RAG, World } from '../support/world';
import { othersIn, rolesOf, rulesOf } from './askers';
import { deployedEnvironment } from './deployed-environment';
import { MEANT_HERE, type Row } from './meant';
import { accountTarget, targetsOf } from './targets';
import { type Use, Uses } from './uses';

const QUARTER_HOUR_MS = 900_000;

/** Who may do everything anyway, and who stands for a mistake of somebody else's. */
const NOBODY_OF_OURS = ['administrator', 'deployment', 'wide reader'];

describe('everything that the policies allow', () => {
  it.each(['prod', 'dev'])('is used, in %s', async (environment) => {
    const uses: Use[] = [];
    for (const scenario of Object.values(SCENARIOS)) uses.push(...(await usesOf(environment, scenario)));

    expect(unusedOf(environment, uses)).toEqual([]);
  });
});

async function usesOf(environment: string, scenario: (world: World) => Promise<unknown>): Promise<readonly Use[]> {
  const world = await World.deploy(environment);
  try {
    const deployed = deployedEnvironment(world.sandbox);
    const askers = [...rolesOf(deployed), ...rulesOf(deployed), ...othersIn(deployed)];
    const uses = new Uses(askers, [...(await targetsOf(deployed)), await accountTarget()]);
    uses.watch(world.sandbox);
    await scenario(world).catch(() => undefined);
    await world.sandbox.advance(QUARTER_HOUR_MS);
    for (const reader of askers.filter(({ kind, owner }) => kind === 'reader' && owner === RAG))
      await readAsClientsDo(world.sandbox, reader.name);
    return uses.all;
  } finally {
    await world.dispose();
  }
}

/** AWS's agent describes a secret before it reads; an ECS container may name the stage; our client does neither. */
async function readAsClientsDo({ account, environment }: Sandbox, principal: string): Promise<void> {
  const SecretId = secretName(environment, RAG);
  const caller = { principal, accountId: account.id };
  await account.call('secretsmanager', 'DescribeSecret', { SecretId }, caller);
  await account.call('secretsmanager', 'GetSecretValue', { SecretId }, caller);
  await account.call('secretsmanager', 'GetSecretValue', { SecretId, VersionStage: AWS_CURRENT }, caller);
}

function unusedOf(environment: string, uses: readonly Use[]): readonly string[] {
  return MEANT_HERE.filter(
    (row) => isOfOurs(row) && (row.in ?? [environment]).includes(environment) && !isAboutNothing(row, environment),
  ).flatMap((row) =>
    (row.may ?? [])
      .filter((may) => !uses.some((use) => isUse(use, row, may)))
      .map((may) => `${String(row.who)}: ${may} on ${String(row.on)}`),
  );
}

/** An admin key is only where the reconciler may act at the issuer. */
const isAboutNothing = ({ on }: Row, environment: string): boolean => on === 'admin secret' && environment === 'dev';

const isOfOurs = ({ who, unseen }: Row): boolean =>
  unseen === undefined && ![who].flat().some((each) => NOBODY_OF_OURS.includes(each));

function isUse(use: Use, row: Row, may: string): boolean {
  const isSame = may.endsWith('*') ? use.act.startsWith(may.slice(0, -1)) : use.act === may;
  return isSame && [row.who].flat().includes(use.who) && [row.on].flat().includes(use.on);
}
