import { type App, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { EnvironmentConfig } from '../../lib/config/environment-config';
import { createApp } from '../../lib/stacks/app';
import { EnvironmentStage } from '../../lib/stacks/environment-stage';
import type { Sandbox } from '../../sandbox/sandbox';
import { anEnvironment, aService } from '../config/environment-builder';
import { scratchFolder } from '../sandbox/scratch-folder';
import { deployedSandbox } from '../support/deployed-sandbox';
import { type Asker, lambdaFor, othersIn, roleElsewhere, rolesOf, rulesOf } from './askers';
import { type DeployedEnvironment, deployedEnvironment } from './deployed-environment';
import type { Row } from './meant';
import { editTemplates, type Mistake } from './mistakes';
import { type Findings, Proof } from './proof';
import { accountTarget, networkTarget, targetsOf } from './targets';

export const ACCOUNT = '111111111111';
export const THEIR_ACCOUNT = '222222222222';
export const ORGANIZATION = 'o-exampleorg';
export const BOUNDARY = 'acme-boundary';
const REGION = 'eu-central-1';

/** What an environment differs in, and how it is asked. */
export interface Variant {
  readonly config: Partial<EnvironmentConfig>;
  readonly rows: readonly Row[];
  /** The VPC endpoint through which roles of the environment ask. @default - none */
  readonly vpcEndpoint?: string;
  /** What the policy `acme-boundary` of the account allows. @default - there is none */
  readonly boundary?: readonly string[];
  /** A mistake made in the templates. @default - none */
  readonly plant?: Mistake['plant'];
}

/** Deploys an environment of two services, and asks everybody there everything. */
export async function check(variant: Variant): Promise<Findings> {
  const sandbox = await deploy(variant);
  try {
    const deployed = deployedEnvironment(sandbox);
    const targets = [...(await targetsOf(deployed)), await accountTarget()];
    const proof = new Proof(ACCOUNT, variant.rows);
    if (!variant.config.functionNetwork) return await proof.check(askersIn(deployed, variant), targets);
    // Lambda has everything that a function's role has; what it does with it is about networks alone.
    const isAsked = (asker: Asker, { kind }: { readonly kind: string }) =>
      asker.kind !== 'Lambda for a function' || kind === 'network';
    const askers = [...askersIn(deployed, variant), ...lambdaFor(deployed)];
    return await proof.check(askers, [...targets, await networkTarget(deployed)], isAsked);
  } finally {
    await sandbox.dispose();
  }
}

/** A sandbox with such an environment. */
export function deploy({ config, boundary, plant }: Variant): Promise<Sandbox> {
  const services = [aService(), aService({ name: 'support-bot' })];
  const environment = anEnvironment({ account: ACCOUNT, region: REGION, services, ...config });
  const app = createApp([environment], { outdir: scratchFolder() });
  if (boundary) addBoundary(app, boundary);
  const assembly = app.synth().directory;
  if (plant) editTemplates(assembly, environment.name, plant);
  return deployedSandbox('prod', { assembly });
}

/** Roles of the environment whose own policies nothing bounds. */
export const unbounded = ({ aws, stacks }: DeployedEnvironment): readonly string[] =>
  stacks
    .flatMap(({ resources }) => resources)
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .map(({ physicalId }) => aws.iam.role(physicalId))
    .flatMap((role) => (role && aws.iam.boundaryOf(role) === undefined ? [role.name] : []));

/** Everybody of the environment, everybody else, and three roles of another account: two of the organization, one not. */
export function askersIn(
  deployed: DeployedEnvironment,
  { vpcEndpoint }: Pick<Variant, 'vpcEndpoint'>,
): readonly Asker[] {
  return [
    ...rolesOf(deployed, vpcEndpoint),
    ...rulesOf(deployed),
    ...othersIn(deployed),
    roleElsewhere(deployed, 'reader elsewhere', THEIR_ACCOUNT, 'rag', ORGANIZATION),
    roleElsewhere(deployed, 'neighbour of it', THEIR_ACCOUNT, 'other', ORGANIZATION),
    roleElsewhere(deployed, 'outsider', '333333333333', 'rag', 'o-someoneelse'),
    // Roles of this account are in the organization as well.
    roleElsewhere(deployed, 'colleague', ACCOUNT, 'unrelated', ORGANIZATION),
  ];
}

/** The platform team's own policy, which is there before this app is. */
function addBoundary(app: App, actions: readonly string[]): void {
  const stage = app.node.children.find((child) => child instanceof EnvironmentStage);
  if (!stage) throw new Error('the app has no stage');
  const stack = new Stack(stage, 'boundary', { stackName: BOUNDARY, env: { account: ACCOUNT, region: REGION } });
  new ManagedPolicy(stack, 'Policy', {
    managedPolicyName: BOUNDARY,
    document: new PolicyDocument({
      statements: [new PolicyStatement({ actions: [...actions], resources: ['*'] })],
    }),
  });
  stage.platform.addStackDependency(stack);
}
