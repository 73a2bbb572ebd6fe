import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../lib/stacks/app';
import { readAssembly, stageOf } from '../aws/cloudformation/assembly';
import type { Row } from './rows';

/** What one environment deploys, and how long its policies are. */
interface PolicySizes {
  readonly services: number;
  readonly platformResources: number;
  readonly platformPolicies: number;
  readonly keyPolicy: number;
  readonly resourcesPerService: number;
  /** The longest of all services. */
  readonly policiesPerService: number;
}

const ENVIRONMENT = 'prod';
const SIZES = [3, 30, 300] as const;

/** Resources and characters of policies, of the platform and of each service, whatever the number of services. */
export async function measurePolicySizes(): Promise<readonly Row[]> {
  const sizes: PolicySizes[] = [];
  for (const services of SIZES) sizes.push(await measure(services));
  const row = (what: string, figure: (each: PolicySizes) => number): Row => [what, sizes.map(figure).join(' → ')];
  return [
    row('services', ({ services }) => services),
    row('resources of the platform', ({ platformResources }) => platformResources),
    row("characters of the policies of the platform's roles", ({ platformPolicies }) => platformPolicies),
    row("characters of the KMS key's policy, of 32,768", ({ keyPolicy }) => keyPolicy),
    row('resources of a service', ({ resourcesPerService }) => resourcesPerService),
    row('characters of the policies of a service', ({ policiesPerService }) => policiesPerService),
  ];
}

async function measure(services: number): Promise<PolicySizes> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-bench-'));
  try {
    synthesise(services, folder);
    const { stacks } = stageOf(readAssembly(folder), ENVIRONMENT);
    const [platform = [], ...others] = stacks.map(({ template }) => Object.values(template.Resources ?? {}));
    return {
      services,
      platformResources: platform.length,
      platformPolicies: charactersOf(platform, 'AWS::IAM::Policy'),
      keyPolicy: charactersOf(platform, 'AWS::KMS::Key'),
      resourcesPerService: Math.max(...others.map((resources) => resources.length)),
      policiesPerService: Math.max(
        ...others.map(
          (resources) =>
            charactersOf(resources, 'AWS::IAM::Policy') +
            charactersOf(resources, 'AWS::SecretsManager::ResourcePolicy'),
        ),
      ),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Names of one length, so that only their number differs. */
function synthesise(count: number, outdir: string): void {
  const services = Array.from({ length: count }, (_, index) => ({
    name: `service-${String(index).padStart(4, '0')}`,
    owner: 'team-bench',
    readers: { role: { assumedBy: 'lambda' } } as const,
  }));
  const environment = {
    name: ENVIRONMENT,
    organizationId: '00000000-0000-4000-8000-000000000000',
    workspaceId: 'wrkspc_bench000000000000000',
    issuerAccess: 'adminKey',
    services,
  } as const;
  createApp([environment], { outdir }).synth();
}

const POLICIES = ['PolicyDocument', 'KeyPolicy', 'ResourcePolicy'];

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

const charactersOf = (resources: readonly Resource[], type: string): number =>
  resources
    .filter(({ Type }) => Type === type)
    .flatMap(({ Properties = {} }) => POLICIES.map((name) => JSON.stringify(Properties[name] ?? '').length))
    .reduce((sum, each) => sum + each, 0);
