import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { environments } from '../../bin/environments';
import type { EnvironmentConfig } from '../../lib/config/environment-config';
import { createApp } from '../../lib/stacks/app';
import { EnvironmentStage } from '../../lib/stacks/environment-stage';
import { anEnvironment, aService } from '../config/environment-builder';

const ACCOUNT = '111111111111';

const stages = (configs: readonly EnvironmentConfig[]): EnvironmentStage[] =>
  createApp(configs).node.children.filter((child): child is EnvironmentStage => child instanceof EnvironmentStage);

function stageOf(config: EnvironmentConfig): EnvironmentStage {
  const [stage] = stages([config]);
  if (!stage) throw new Error('no stage');
  return stage;
}

const platformOf = (config: EnvironmentConfig): unknown => Template.fromStack(stageOf(config).platform).toJSON();

/** The warnings of the stacks of one environment. */
function warnings(configs: readonly EnvironmentConfig[], environment: string): string[] {
  const stage = stages(configs).find((each) => each.node.id === environment);
  const artifacts: readonly CloudFormationStackArtifact[] = stage?.synth().stacks ?? [];
  return artifacts.flatMap(({ messages }) => messages).map(({ entry }) => String(entry.data));
}

describe('createApp', () => {
  it('names stages and stacks so that one environment or one service can be deployed', () => {
    const stage = stageOf(anEnvironment({ services: [aService(), aService({ name: 'support-bot' })] }));
    expect([stage.platform, ...stage.services].map(({ node, stackName }) => [node.path, stackName])).toEqual([
      ['prod/platform', 'claude-keys-prod-platform'],
      ['prod/rag-service', 'claude-keys-prod-rag-service'],
      ['prod/support-bot', 'claude-keys-prod-support-bot'],
    ]);
  });

  it('deploys the platform before its services, though nothing is exported', () => {
    const stage = stageOf(anEnvironment());
    expect(stage.services[0]?.dependencies).toEqual([stage.platform]);
    expect(JSON.stringify(Template.fromStack(stage.platform).toJSON())).not.toContain('"Export"');
  });

  it('deploys to the account and region that were asked for, or to those of the credentials', () => {
    expect(stageOf(anEnvironment({ account: ACCOUNT, region: 'eu-west-1' })).platform.environment).toBe(
      'aws://111111111111/eu-west-1',
    );
    expect(stageOf(anEnvironment()).platform.environment).toBe('aws://unknown-account/unknown-region');
  });

  it('has every alarm point to where people read the runbook', () => {
    const { platform, services } = stageOf(anEnvironment({ runbookUrl: 'https://wiki.acme.example/keys' }));
    const texts = [platform, ...services].flatMap((stack) =>
      Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
        String(Properties.AlarmDescription),
      ),
    );
    expect(texts.length).toBeGreaterThan(30);
    expect(texts.filter((text) => !text.includes(' https://wiki.acme.example/keys#'))).toEqual([]);
  });

  it('adds nothing to the platform for a service', () => {
    const services = ['one', 'two', 'three', 'four', 'five'].map((name) => aService({ name }));
    expect(platformOf(anEnvironment({ services }))).toEqual(
      platformOf(anEnvironment({ services: services.slice(0, 1) })),
    );
  });

  it('passes what an environment says on to its platform', () => {
    const stage = stageOf(
      anEnvironment({
        account: ACCOUNT,
        readerAccounts: ['222222222222'],
        allowPersonalKeys: true,
        adminKeyExpiresOn: '2027-03-01',
        alarmEmails: { warning: ['team@acme.example'] },
      }),
    );
    const template = Template.fromStack(stage.platform);
    template.hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'team@acme.example' });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'ReadersInOtherAccounts' })]) },
    });
    expect(JSON.stringify(template.findResources('AWS::SSM::Parameter'))).toContain('allowPersonalKeys\\":true');
  });

  it('bounds every role that it makes, by the name or the ARN of a policy', () => {
    const trusted = [`arn:aws:iam::${ACCOUNT}:role/team`];
    const operators = { stager: trusted, responder: trusted, auditor: trusted, breakGlass: trusted };
    for (const permissionsBoundary of ['acme/boundary', `arn:aws:iam::${ACCOUNT}:policy/acme/boundary`]) {
      const stage = stageOf(anEnvironment({ account: ACCOUNT, operators, permissionsBoundary }));
      const roles = [stage.platform, ...stage.services].flatMap((stack) =>
        Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role')),
      );
      expect(roles).toHaveLength(7);
      for (const { Properties } of roles)
        expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('policy/acme/boundary');
    }
  });

  it('protects the platform from being deleted, and lets a service go', () => {
    const stage = stageOf(anEnvironment());
    expect(stage.platform.terminationProtection).toBe(true);
    expect(stage.services.map(({ terminationProtection }) => terminationProtection)).toEqual([false]);
  });

  it('keeps the keys, and the secrets under them, when a stack goes all the same', () => {
    const stage = stageOf(anEnvironment());
    const resources = [stage.platform, ...stage.services].flatMap((stack) =>
      Object.values<Record<string, unknown>>(Template.fromStack(stack).toJSON().Resources),
    );
    const kept = resources.filter(({ DeletionPolicy }) => /^Retain/.test(String(DeletionPolicy)));
    expect(kept.map(({ Type }) => Type).sort()).toEqual([
      'AWS::KMS::Key',
      'AWS::SecretsManager::Secret',
      'AWS::SecretsManager::Secret',
    ]);
  });

  it('rejects mistakes before it makes anything', () => {
    expect(() => createApp([anEnvironment({ name: 'Prod' })])).toThrow('environments[0].name');
  });
});

describe('ServiceStack', () => {
  it('makes a role for the service that runs the workload, and says which', () => {
    const services = [aService({ readers: { role: { assumedBy: 'ecs-tasks' } } })];
    const [stack] = stageOf(anEnvironment({ services })).services;
    if (!stack) throw new Error('no stack');
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [Match.objectLike({ Principal: { Service: 'ecs-tasks.amazonaws.com' } })],
      },
    });
    template.hasOutput('RoleArn', {});
    template.hasOutput('SecretName', { Value: 'prod/claude/rag-service/key' });
  });

  it('gives existing roles a policy, and makes none', () => {
    const roleArns = ['one', 'two'].map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`);
    const [stack] = stageOf(
      anEnvironment({ account: ACCOUNT, services: [aService({ readers: { roleArns } })] }),
    ).services;
    if (!stack) throw new Error('no stack');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 0);
    template.hasResourceProperties('AWS::IAM::Policy', { Roles: ['one'] });
    template.hasResourceProperties('AWS::IAM::Policy', { Roles: ['two'] });
  });
});

describe('the warning about an organization shared with prod', () => {
  const organizationId = '00000000-0000-4000-8000-00000000000a';
  const prod = anEnvironment({ organizationId });
  const dev = anEnvironment({ name: 'dev', workspaceId: 'wrkspc_01dev', organizationId: organizationId.toUpperCase() });

  it('comes when another environment holds an admin key of it', () => {
    expect(warnings([dev, prod], 'prod').join()).toContain('prod shares its Claude organization with dev');
    expect(warnings([dev, prod], 'dev')).toEqual([]);
  });

  it('stays away when that environment leaves retirement to people, or has an organization of its own', () => {
    expect(warnings([{ ...dev, issuerAccess: 'manual' }, prod], 'prod')).toEqual([]);
    expect(warnings([{ ...dev, organizationId: '00000000-0000-4000-8000-00000000000b' }, prod], 'prod')).toEqual([]);
  });
});

describe('the environments of this repository', () => {
  it('synthesise without an account', () => {
    const assembly = createApp(environments).synth();
    const stacks = assembly.nestedAssemblies.flatMap(({ nestedAssembly }) => nestedAssembly.stacks);
    expect(stacks).toHaveLength(9);
  });
});

describe('cdk-nag', () => {
  const trusted = [`arn:aws:iam::${ACCOUNT}:role/platform-team`];
  const inAccount = anEnvironment({
    account: ACCOUNT,
    region: 'eu-central-1',
    name: 'eu',
    workspaceId: 'wrkspc_01eu',
    operators: { stager: trusted, responder: trusted, auditor: trusted, breakGlass: trusted },
    readerOrganization: 'o-exampleorg',
    permissionsBoundary: 'acme-boundary',
    functionNetwork: { subnetIds: ['subnet-0123456789abcdef0'], securityGroupIds: ['sg-0123456789abcdef0'] },
  });

  it('has nothing left to say about the app, wherever it is deployed', () => {
    expect(findings(createApp([...environments, inAccount]))).toEqual([]);
  });

  it('would say so, were there something', () => {
    const app = createApp([inAccount]);
    new Topic(new Stack(app, 'Other'), 'Plain');
    expect(findings(app)).toEqual(['AwsSolutions-SNS3', 'NIST.800.53.R5-SNSEncryptedKMS']);
  });

  it('was told a reason for everything it accepts', () => {
    const constructs = createApp([...environments, inAccount]).node.findAll();
    const accepted = constructs
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
    expect(accepted.length).toBeGreaterThan(0);
    for (const { data } of accepted) expect(JSON.stringify(data)).toMatch(/(AwsSolutions|NIST).*[a-z]+ [a-z]+ [a-z]+/);
  });
});

const PACKS = ['AwsSolutions', 'NIST.800.53.R5'];

/** The ids of what cdk-nag reports. Synthesis fails when there is something, once the report is written. */
function findings(app: App): string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new NIST80053R5Checks(app));
  try {
    app.synth();
  } catch (error) {
    if (!/AwsSolutions|NIST/.test(String(error))) throw error;
  }
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  return report.pluginReports
    .filter(({ pluginName }: { pluginName: string }) => PACKS.includes(pluginName))
    .flatMap(({ violations }: { violations: readonly { ruleName: string }[] }) => violations)
    .map(({ ruleName }: { ruleName: string }) => ruleName);
}
