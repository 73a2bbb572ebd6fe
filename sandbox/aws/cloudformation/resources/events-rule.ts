import { RULE_TARGETS } from '../../events/events';
import type { Fields } from '../../fields';
import type { DeployedResource, ResourceContext, ResourceHandler, ResourceState } from '../resource';

/** A rule with its targets: one PutRule and one PutTargets. */
export const eventsRule: ResourceHandler = {
  fields: ['Name', 'Description', 'ScheduleExpression', 'EventPattern', 'State', RULE_TARGETS],
  createOnly: ['Name'],
  create: put,
  update: put,
  delete: async ({ physicalId, properties }, context) => {
    await context.call('events', 'RemoveTargets', { Rule: physicalId, Ids: targetIds(properties) });
    await context.call('events', 'DeleteRule', { Name: physicalId });
  },
};

async function put(properties: Fields, context: ResourceContext, deployed?: DeployedResource): Promise<ResourceState> {
  const name = properties.optionalString('Name') ?? deployed?.physicalId ?? context.newName();
  const pattern = properties.optionalDocument('EventPattern');
  const { RuleArn } = await context.call('events', 'PutRule', {
    Name: name,
    ...properties.pick('Description', 'ScheduleExpression', 'State'),
    ...(pattern === undefined ? {} : { EventPattern: pattern }),
  });
  await removeOldTargets(name, properties, context, deployed);
  if (properties.structures('Targets').length > 0)
    await context.call('events', 'PutTargets', { Rule: name, ...properties.pick('Targets') });
  return { physicalId: name, attributes: { Arn: String(RuleArn) } };
}

async function removeOldTargets(
  name: string,
  properties: Fields,
  context: ResourceContext,
  deployed?: DeployedResource,
): Promise<void> {
  const wanted = new Set(properties.structures('Targets').map((target) => target.string('Id')));
  const gone = targetIds(deployed?.properties ?? {}).filter((id) => !wanted.has(id));
  if (gone.length > 0) await context.call('events', 'RemoveTargets', { Rule: name, Ids: gone });
}

function targetIds(properties: Readonly<Record<string, unknown>>): readonly string[] {
  const targets = (properties.Targets ?? []) as readonly { readonly Id: string }[];
  return targets.map(({ Id }) => Id);
}
