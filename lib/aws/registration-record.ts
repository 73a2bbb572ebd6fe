import { DEFAULT_POLICY, type Registration, type ServicePolicy } from '../contract/registration';
import type { Answer } from '../core/answer';
import { recordOf } from './records';

type Counted = {
  readonly [Field in keyof ServicePolicy as ServicePolicy[Field] extends number ? Field : never]: number;
};

/**
 * A registration that this release or another one wrote: a field of the policy that is missing gets the default, one
 * that is not known is left out.
 * @throws KeyRotationError BadRecord
 */
export function registrationOf(text: string, parameterName: string): Registration {
  const record = recordOf(text, `the parameter ${parameterName}`);
  record.mustBe('service', parameterName.slice(parameterName.lastIndexOf('/') + 1));
  return {
    service: record.text('service'),
    owner: record.text('owner'),
    issuer: record.oneOf('issuer', ['claude-console']),
    policy: policyOf(record.object('policy')),
  };
}

function policyOf(policy: Answer): ServicePolicy {
  const { atRetirementDeadline, untoldConditions: _, ...counted } = DEFAULT_POLICY;
  const untold = untoldOf(policy);
  return {
    ...countsOf(policy, counted),
    atRetirementDeadline: policy.has('atRetirementDeadline')
      ? policy.oneOf('atRetirementDeadline', ['keep', 'disable'])
      : atRetirementDeadline,
    ...(untold ? { untoldConditions: untold } : {}),
  };
}

function countsOf(policy: Answer, defaults: Counted): Counted {
  const counts = { ...defaults };
  for (const field of Object.keys(defaults) as (keyof Counted)[]) {
    if (policy.has(field)) Object.assign(counts, { [field]: policy.number(field, mostOf(field)) });
  }
  return counts;
}

/** Times stay within what the configuration takes, several times over: beyond, one service's would spoil what is asked for all. */
function mostOf(field: string): number {
  if (/(Days|Hours)$/.test(field)) return 4_000;
  return field.endsWith('Minutes') ? 100_000 : Number.MAX_SAFE_INTEGER;
}

/** A condition is silenced by its name, with a reason; anything else silences nothing. */
const untoldOf = (policy: Answer): ServicePolicy['untoldConditions'] =>
  policy.has('untoldConditions') ? policy.object('untoldConditions').texts() : undefined;
