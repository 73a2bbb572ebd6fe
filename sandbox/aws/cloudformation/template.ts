import { UnmodelledError } from '../../errors';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: unknown;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: string;
}

export interface TemplateRule {
  readonly RuleCondition?: unknown;
  readonly Assertions: readonly { readonly Assert: unknown; readonly AssertDescription?: string }[];
}

/** A CloudFormation template, as far as the sandbox reads one. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Rules?: Readonly<Record<string, TemplateRule>>;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
}

const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Conditions',
  'Rules',
  'Resources',
  'Outputs',
]);
const RESOURCE_ATTRIBUTES = new Set([
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'Metadata',
]);
const OUTPUT_ATTRIBUTES = new Set(['Value', 'Description', 'Condition']);

/** Rejects, by name, a section, resource attribute or output attribute that a deployment would have ignored. */
export function checkTemplate(template: Template): void {
  checkNames(template, SECTIONS, (name) => `template section "${name}"`);
  for (const [id, resource] of Object.entries(template.Resources ?? {}))
    checkNames(resource, RESOURCE_ATTRIBUTES, (name) => `attribute "${name}" of resource ${id}`);
  for (const [id, output] of Object.entries(template.Outputs ?? {}))
    checkNames(output, OUTPUT_ATTRIBUTES, (name) => `attribute "${name}" of output ${id}`);
}

function checkNames(object: object, known: ReadonlySet<string>, describe: (name: string) => string): void {
  for (const name of Object.keys(object)) if (!known.has(name)) throw new UnmodelledError(describe(name));
}
