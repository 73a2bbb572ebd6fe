import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly, stageOf } from '../aws/cloudformation/assembly';
import type { Row } from './rows';
import { ENVIRONMENT, synthesiseServices } from './scale';

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
    synthesiseServices(services, folder);
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
