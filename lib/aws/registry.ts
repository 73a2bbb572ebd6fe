import type { Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { registrationParameterName, registrationsPath } from '../contract/names';
import { DEFAULT_POLICY, type Registration } from '../contract/registration';
import type { ServiceRegistry } from '../core/ports';
import { listParameters, readParameter } from './parameters';
import { hasStrings, parseRecord } from './records';

/** The services of one environment, as the parameters that their stacks write. */
export class AwsServiceRegistry implements ServiceRegistry {
  constructor(
    private readonly client: SSMClient,
    private readonly environment: string,
  ) {}

  async list(): Promise<readonly Registration[]> {
    return (await listParameters(this.client, registrationsPath(this.environment))).map(registrationOf);
  }

  async find(service: string): Promise<Registration | undefined> {
    const parameter = await readParameter(this.client, registrationParameterName(this.environment, service), false);
    return parameter && registrationOf(parameter);
  }
}

/** A registration written by an older release may lack a policy field that has since been added: the default fills it in. */
function registrationOf({ Name, Value }: Parameter): Registration {
  const record = parseRecord<Registration>(
    Value,
    `the parameter ${Name}`,
    (fields) => hasStrings(fields, 'service', 'owner', 'issuer') && typeof fields.policy === 'object',
  );
  return { ...record, policy: { ...DEFAULT_POLICY, ...record.policy } };
}
