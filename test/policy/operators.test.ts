import { operatorRoleName } from '../../lib/contract/names';
import { ApiKey } from '../../lib/core/api-key';
import { createApp } from '../../lib/stacks/app';
import { roleSession } from '../../sandbox/aws/role-session';
import type { Caller } from '../../sandbox/aws/service';
import { anEnvironment } from '../config/environment-builder';
import { scratchFolder } from '../sandbox/scratch-folder';
import { promptSandbox } from '../support/deployed-sandbox';
import { RAG, World } from '../support/world';

const ACCOUNT = '111111111111';
const TEAM = [`arn:aws:iam::${ACCOUNT}:role/platform-team`];

describe('people in the roles that are made for them', () => {
  let world: World;

  beforeAll(async () => {
    const operators = { stager: TEAM, responder: TEAM, auditor: TEAM, breakGlass: TEAM };
    const environment = anEnvironment({ account: ACCOUNT, region: 'eu-central-1', operators });
    const assembly = createApp([environment], { outdir: scratchFolder() }).synth().directory;
    // Prompt reads: it is about what each role may, not about when it sees it.
    world = await World.deploy('prod', promptSandbox('prod', { assembly }));
    await world.stageAndRotate();
  });
  afterAll(() => world.dispose());

  const as = (operator: string): Caller => roleSession(ACCOUNT, operatorRoleName('prod', operator), 'somebody');
  const platformFor = (operator: string) => world.sandbox.openPlatform(as(operator))('prod');

  it.each(['stager', 'responder'])(
    'stage: everything that the command asks for is there for a %s',
    async (operator) => {
      const platform = await platformFor(operator);
      const spare = aSpare(world);

      await platform.reconciler.issuerKeys();
      await platform.secrets.list();
      await platform.secrets.describe(RAG);
      expect(await platform.services.find(RAG)).toBeDefined();
      expect(await platform.services.list()).toHaveLength(1);
      expect(await platform.spares.add(spare)).toBe(true);
      expect(await platform.spares.add(spare)).toBe(false);
      expect(await platform.spares.list()).toHaveLength(1);
      await platform.spares.remove(RAG, spare.keyId);
    },
  );

  it('rejects the text of a spare, for whoever staged it and for the administrator', async () => {
    const platform = await platformFor('stager');
    const spare = aSpare(world);
    await platform.spares.add(spare);

    await expect(platform.spares.read(RAG, spare.keyId)).rejects.toThrow(/AccessDenied/);
    await expect((await world.sandbox.openPlatform()('prod')).spares.read(RAG, spare.keyId)).rejects.toThrow(
      /AccessDenied/,
    );
    await platform.spares.remove(RAG, spare.keyId);
  });

  it('lets a responder start a rotation, and rejects a stager', async () => {
    const { arn = '' } = (await (await platformFor('stager')).secrets.describe(RAG)) ?? {};
    await world.stage();

    await expect((await platformFor('stager')).rotation.start(arn)).rejects.toThrow(/AccessDenied/);
    expect(await (await platformFor('responder')).rotation.start(arn)).toBe(true);
    await world.sandbox.settle();
  });

  it('lets a responder, and whoever may ask the reconciler, have a leaked key disabled', async () => {
    const { id } = await world.stageAndRotate();
    await world.stageAndRotate();

    for (const operator of ['responder', 'stager']) {
      expect(await (await platformFor(operator)).reconciler.revoke(RAG, id)).toMatchObject({ disabled: true });
    }
    await expect((await platformFor('auditor')).reconciler.revoke(RAG, id)).rejects.toThrow(/AccessDenied/);
  });

  it('lets an auditor look, and rejects every question to the reconciler', async () => {
    const platform = await platformFor('auditor');

    expect(await platform.secrets.describe(RAG)).toBeDefined();
    await expect(platform.reconciler.status()).rejects.toThrow(/AccessDenied/);
  });

  it('lets the break-glass role write a value only once it has lifted the policy', async () => {
    const { account } = world.sandbox;
    const SecretId = world.secretName();
    const ClientRequestToken = world.sandbox.random.uuid();
    const write = () =>
      account.call(
        'secretsmanager',
        'PutSecretValue',
        { SecretId, ClientRequestToken, SecretString: 'by hand' },
        as('breakGlass'),
      );

    await expect(write()).rejects.toThrow(/explicit deny in a resource-based policy/);
    await account.call('secretsmanager', 'DeleteResourcePolicy', { SecretId }, as('breakGlass'));
    await write();
    expect(world.current()).toBe('by hand');
    await expect(account.call('secretsmanager', 'GetSecretValue', { SecretId }, as('breakGlass'))).rejects.toThrow(
      /no identity-based policy allows/,
    );
  });
});

function aSpare({ sandbox }: World) {
  const { id, rawKey } = sandbox.claude.createKey({
    workspaceId: sandbox.settings.workspaceId,
    name: 'prod-rag-service',
  });
  const now = sandbox.clock.now();
  return {
    service: RAG,
    keyId: id,
    key: new ApiKey(rawKey),
    keyName: 'prod-rag-service',
    createdAt: now,
    stagedAt: now,
  };
}
