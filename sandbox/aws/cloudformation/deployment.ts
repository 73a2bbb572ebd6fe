import { isDeepStrictEqual } from 'node:util';
import { UnmodelledError } from '../../errors';
import type { AwsAccount } from '../account';
import { Fields } from '../fields';
import type { AssemblyStack, AssemblyStage } from './assembly';
import type { AssetBucket } from './asset-bucket';
import { bootstrap, cloudFormationCaller } from './bootstrap';
import { resolveValue, type Scope } from './intrinsics';
import { creationOrder } from './order';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from './resource';
import { handlerOf } from './resources';
import { checkRules, type DeployedStack, outputsOf, readParameters, scopeOf } from './stack';
import { checkTemplate, type TemplateResource } from './template';

const NAME_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * CloudFormation in one account: creates, updates and deletes what templates declare, through the simulated APIs.
 * A failing resource leaves its stack half done, as with `--no-rollback`; deploying again goes on from there.
 */
export class Deployment {
  readonly #stacks = new Map<string, DeployedStack>();

  constructor(
    private readonly account: AwsAccount,
    private readonly assets: AssetBucket,
  ) {}

  stack(stackName: string): DeployedStack | undefined {
    return this.#stacks.get(stackName);
  }

  /** Deploys every stack of a stage, each after those it depends on. */
  async deployStage(
    stage: AssemblyStage,
    afterStack?: (stack: DeployedStack) => void,
  ): Promise<readonly DeployedStack[]> {
    const deployed: DeployedStack[] = [];
    for (const stack of stage.stacks) {
      const done = await this.deployStack(stack);
      afterStack?.(done);
      deployed.push(done);
    }
    return deployed;
  }

  /** Creates a stack, or brings a deployed one up to its template. */
  async deployStack({ stackName, template, assets }: AssemblyStack): Promise<DeployedStack> {
    checkTemplate(template);
    await bootstrap(this.account);
    this.assets.publish(assets);
    const parameters = await readParameters(this.account, template, this.#caller);
    const before = this.#stacks.get(stackName);
    const resources = new Map(before?.resources);
    const scope = scopeOf(this.account, { stackName, template }, parameters, resources);
    checkRules(template, scope);
    this.#stacks.set(stackName, { stackName, template, resources, outputs: before?.outputs ?? {} });
    const wanted = creationOrder(template).filter((id) => isWanted(template.Resources?.[id], scope));
    for (const id of wanted) await this.#deployResource(stackName, id, template.Resources?.[id], resources, scope);
    await this.#deleteResources(
      stackName,
      resources,
      [...resources.keys()].filter((id) => !wanted.includes(id)),
    );
    const deployed = { stackName, template, resources, outputs: outputsOf(template, scope) };
    this.#stacks.set(stackName, deployed);
    return deployed;
  }

  /** Deletes a stack and those of its resources that its deletion policies do not keep. */
  async destroyStack(stackName: string): Promise<void> {
    const stack = this.#stacks.get(stackName);
    if (!stack) throw new Error(`no stack named ${stackName} is deployed`);
    const order = creationOrder(stack.template).filter((id) => stack.resources.has(id));
    await this.#deleteResources(stackName, stack.resources, order);
    this.#stacks.delete(stackName);
  }

  get #caller() {
    return cloudFormationCaller(this.account);
  }

  async #deployResource(
    stackName: string,
    id: string,
    resource: TemplateResource | undefined,
    resources: Map<string, DeployedResource>,
    scope: Scope,
  ): Promise<void> {
    if (!resource) return;
    try {
      const properties = resolveValue(resource.Properties ?? {}, scope) as Record<string, unknown>;
      const before = resources.get(id);
      const context = this.#context(stackName, id);
      const state = before
        ? await updateResource(before, resource.Type, properties, context)
        : await createResource(resource.Type, properties, context);
      const deletionPolicy = resource.DeletionPolicy ?? 'Delete';
      resources.set(id, { ...state, logicalId: id, type: resource.Type, properties, deletionPolicy });
    } catch (error) {
      throw failure(stackName, id, resource.Type, error);
    }
  }

  async #deleteResources(
    stackName: string,
    resources: Map<string, DeployedResource>,
    ids: readonly string[],
  ): Promise<void> {
    for (const id of ids.toReversed()) {
      const resource = resources.get(id);
      if (resource?.deletionPolicy === 'Delete') await this.#deleteResource(stackName, resource);
      resources.delete(id);
    }
  }

  async #deleteResource(stackName: string, resource: DeployedResource): Promise<void> {
    try {
      await handlerOf(resource.type).delete?.(resource, this.#context(stackName, resource.logicalId));
    } catch (error) {
      throw failure(stackName, resource.logicalId, resource.type, error);
    }
  }

  #context(stackName: string, logicalId: string): ResourceContext {
    const { account } = this;
    return {
      accountId: account.id,
      region: account.region,
      stackName,
      logicalId,
      call: (service, operation, input) => account.call(service, operation, input, this.#caller),
      newToken: () => account.random.uuid(),
      newName: () => `${stackName}-${logicalId}-${account.random.text(12, NAME_ALPHABET)}`.slice(-64),
    };
  }
}

function isWanted(resource: TemplateResource | undefined, scope: Scope): boolean {
  return resource !== undefined && (resource.Condition === undefined || scope.condition(resource.Condition));
}

async function createResource(
  type: string,
  properties: Record<string, unknown>,
  context: ResourceContext,
): Promise<ResourceState> {
  const handler = handlerOf(type);
  return handler.create(Fields.of(type, handler, properties), context);
}

async function updateResource(
  before: DeployedResource,
  type: string,
  properties: Record<string, unknown>,
  context: ResourceContext,
): Promise<ResourceState> {
  if (isDeepStrictEqual(before.properties, properties)) return before;
  const handler = handlerOf(type);
  rejectReplacement(handler, before, type, properties);
  const update = handler.update ?? rejectUpdate(type);
  return update(Fields.of(type, handler, properties), context, before);
}

function rejectReplacement(
  handler: ResourceHandler,
  before: DeployedResource,
  type: string,
  properties: Record<string, unknown>,
): void {
  if (before.type !== type) throw new UnmodelledError(`the replacement of ${before.type} by ${type}`);
  for (const name of handler.createOnly ?? [])
    if (!isDeepStrictEqual(before.properties[name], properties[name]))
      throw new UnmodelledError(`the replacement of ${type} that a change of "${name}" asks for`);
}

function rejectUpdate(type: string): never {
  throw new UnmodelledError(`an update of ${type}`);
}

function failure(stackName: string, logicalId: string, type: string, error: unknown): Error {
  if (error instanceof UnmodelledError)
    return new UnmodelledError(`${error.what} (stack ${stackName}, resource ${logicalId})`);
  const cause = error instanceof Error ? error.message : String(error);
  return new Error(`stack ${stackName}, resource ${logicalId} (${type}): ${cause}`, { cause: error });
}
