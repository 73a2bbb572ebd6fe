import { referencesIn } from './intrinsics';
import type { Template, TemplateResource } from './template';

/** Logical ids of a template's resources, each after those it refers to or depends on. */
export function creationOrder(template: Template): readonly string[] {
  const resources = template.Resources ?? {};
  const ordered = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (ordered.has(id)) return;
    if (path.includes(id)) throw new Error(`circular dependency: ${[...path, id].join(' -> ')}`);
    const resource = resources[id];
    if (!resource) return;
    for (const each of dependenciesOf(resource)) visit(each, [...path, id]);
    ordered.add(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
  return [...ordered];
}

function dependenciesOf(resource: TemplateResource): readonly string[] {
  const { DependsOn = [], Properties = {} } = resource;
  return [...(typeof DependsOn === 'string' ? [DependsOn] : DependsOn), ...referencesIn(Properties)];
}
