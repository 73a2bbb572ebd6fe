import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Template } from './template';

/** One stack of a cloud assembly. */
export interface AssemblyStack {
  /** Unique in the assembly. */
  readonly artifactId: string;
  readonly stackName: string;
  /** Path in the construct tree: `prod/platform`. */
  readonly displayName: string;
  readonly environment: { readonly account?: string; readonly region?: string };
  readonly template: Template;
  /** S3 object key in the asset bucket to the absolute path of a directory or file. */
  readonly assets: ReadonlyMap<string, string>;
}

/** The stacks of one stage, in an order in which each comes after those it depends on. */
export interface AssemblyStage {
  readonly name: string;
  readonly stacks: readonly AssemblyStack[];
}

/** What `cdk synth` wrote. Stacks outside any stage form the stage named ''. */
export interface Assembly {
  readonly directory: string;
  readonly stages: ReadonlyMap<string, AssemblyStage>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly displayName?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path?: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/** Reads a cloud assembly directory (`cdk.out`). */
export function readAssembly(directory: string): Assembly {
  const stages = new Map<string, AssemblyStage>();
  collectStages(resolve(directory), '', stages);
  return { directory: resolve(directory), stages };
}

/** One stage of an assembly; rejects a name that is not in it, with those that are. */
export function stageOf(assembly: Assembly, name: string): AssemblyStage {
  const stage = assembly.stages.get(name);
  if (stage) return stage;
  const known = [...assembly.stages.keys()].map((each) => `"${each}"`).join(', ');
  throw new Error(`no stage "${name}" in ${assembly.directory}; it has ${known || 'none'}`);
}

function collectStages(directory: string, name: string, stages: Map<string, AssemblyStage>): void {
  const { artifacts = {} } = readJson<{ artifacts?: Record<string, Artifact> }>(join(directory, 'manifest.json'));
  const stacks = inOrder(artifacts).map((id) => readStack(directory, id, artifacts));
  if (stacks.length > 0) stages.set(name, { name, stacks });
  for (const artifact of Object.values(artifacts)) {
    if (artifact.type !== 'cdk:cloud-assembly') continue;
    const nested = join(directory, text(artifact, 'directoryName'));
    collectStages(
      nested,
      artifact.properties?.displayName === undefined ? nested : text(artifact, 'displayName'),
      stages,
    );
  }
}

function inOrder(artifacts: Readonly<Record<string, Artifact>>): readonly string[] {
  const ordered = new Set<string>();
  const visit = (id: string): void => {
    for (const dependency of artifacts[id]?.dependencies ?? []) if (!ordered.has(dependency)) visit(dependency);
    ordered.add(id);
  };
  Object.keys(artifacts).forEach(visit);
  return [...ordered].filter((id) => artifacts[id]?.type === 'aws:cloudformation:stack');
}

function readStack(directory: string, id: string, artifacts: Readonly<Record<string, Artifact>>): AssemblyStack {
  const artifact = artifacts[id];
  if (!artifact) throw new Error(`no artifact "${id}" in ${directory}`);
  return {
    artifactId: id,
    stackName: artifact.properties?.stackName === undefined ? id : text(artifact, 'stackName'),
    displayName: artifact.displayName ?? id,
    environment: readEnvironment(artifact.environment),
    template: readJson<Template>(join(directory, text(artifact, 'templateFile'))),
    assets: readAssets(directory, artifact, artifacts),
  };
}

/** `aws://123456789012/eu-west-1`, where either half may be unknown. */
function readEnvironment(environment = ''): AssemblyStack['environment'] {
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(environment) ?? [];
  return {
    ...(account && account !== 'unknown-account' ? { account } : {}),
    ...(region && region !== 'unknown-region' ? { region } : {}),
  };
}

function readAssets(
  directory: string,
  stack: Artifact,
  artifacts: Readonly<Record<string, Artifact>>,
): ReadonlyMap<string, string> {
  const assets = new Map<string, string>();
  for (const id of stack.dependencies ?? []) {
    const artifact = artifacts[id];
    if (artifact?.type !== 'cdk:asset-manifest') continue;
    const { files = {} } = readJson<AssetManifest>(join(directory, text(artifact, 'file')));
    for (const { source, destinations } of Object.values(files)) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, resolve(directory, source.path));
    }
  }
  return assets;
}

function text(artifact: Artifact, property: string): string {
  const value = artifact.properties?.[property];
  if (typeof value !== 'string') throw new Error(`an artifact of type ${artifact.type} has no ${property}`);
  return value;
}

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8')) as Content;
}
