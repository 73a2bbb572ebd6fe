import type { AwsInput } from '../service';
import {
  arnIn,
  type ConditionContext,
  type DeployedPolicies,
  type Permission,
  type PermissionTable,
  requestTags,
  resourceTags,
  textIn,
  textsIn,
  whenGiven,
} from './permission';

/** What Parameter Store asks IAM. A read by path is a question about the path, not about what lies under it. */
export const SSM: PermissionTable = {
  AddTagsToResource: ({ input }, deployed) => [tagging('AddTagsToResource', input, deployed)],
  DeleteParameter: ({ input }, deployed) => [onParameter('DeleteParameter', textIn(input, 'Name'), deployed)],
  DeleteParameters: ({ input }, deployed) =>
    textsIn(input, 'Names').map((name) => onParameter('DeleteParameters', name, deployed)),
  GetParameter: ({ input }, deployed) => [onParameter('GetParameter', textIn(input, 'Name'), deployed)],
  GetParameters: ({ input }, deployed) =>
    textsIn(input, 'Names').map((name) => onParameter('GetParameters', name, deployed)),
  GetParametersByPath: ({ input }, deployed) => [
    onParameter('GetParametersByPath', textIn(input, 'Path'), deployed, {
      'ssm:Recursive': String(input.Recursive ?? false),
    }),
  ],
  ListTagsForResource: ({ input }, deployed) => [tagging('ListTagsForResource', input, deployed)],
  PutParameter: ({ input }, deployed) => [
    onParameter('PutParameter', textIn(input, 'Name'), deployed, {
      ...requestTags(input),
      ...whenGiven(input, { 'ssm:Overwrite': 'Overwrite' }),
    }),
    ...(input.Tags === undefined
      ? []
      : [onParameter('AddTagsToResource', textIn(input, 'Name'), deployed, requestTags(input))]),
  ],
  RemoveTagsFromResource: ({ input }, deployed) => [tagging('RemoveTagsFromResource', input, deployed)],
};

function onParameter(
  action: string,
  nameOrArn = '',
  deployed: DeployedPolicies,
  context: ConditionContext = {},
): Permission {
  const resource = arnOf(nameOrArn, deployed);
  return {
    action: `ssm:${action}`,
    resource,
    context: { ...resourceTags(deployed.ssm.tagsOf(resource)), ...context },
  };
}

const tagging = (action: string, input: AwsInput, deployed: DeployedPolicies): Permission =>
  onParameter(action, textIn(input, 'ResourceId'), deployed, requestTags(input));

function arnOf(nameOrArn: string, deployed: DeployedPolicies): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  return arnIn(deployed, 'ssm', `parameter${nameOrArn.startsWith('/') ? '' : '/'}${nameOrArn}`);
}
