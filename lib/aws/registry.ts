import type { SSMClient } from '@aws-sdk/client-ssm';
import { registrationParameterName, registrationsPath } from '../contract/names';
import type { Registration } from '../contract/registration';
import { isKeyRotationError } from '../core/errors';
import type { ServiceRegistry } from '../core/ports';
import { listParameters, readParameter } from './parameters';
import { registrationOf } from './registration-record';

/** The services of one environment, as the parameters that their stacks write. */
export class AwsServiceRegistry implements ServiceRegistry {
  constructor(
    private readonly client: SSMClient,
    private readonly environment: string,
  ) {}

  async list(onBroken: (service: string) => void = () => {}): Promise<readonly Registration[]> {
    const path = registrationsPath(this.environment);
    const parameters = await listParameters(this.client, path);
    return [...parameters].flatMap(([name, parameter]) => {
      const registration = readable(parameter.text('Value'), name);
      if (!registration) onBroken(name.slice(path.length + 1));
      return registration ?? [];
    });
  }

  async find(service: string): Promise<Registration | undefined> {
    const name = registrationParameterName(this.environment, service);
    const text = await readParameter(this.client, name, false);
    return text === undefined ? undefined : registrationOf(text, name);
  }
}

/** One service's broken record is left out, so that it holds up no other service; `find` says what is wrong with it. */
function readable(text: string, parameterName: string): Registration | undefined {
  try {
    return registrationOf(text, parameterName);
  } catch (error) {
    if (isKeyRotationError(error, 'BadRecord')) return undefined;
    throw error;
  }
}
