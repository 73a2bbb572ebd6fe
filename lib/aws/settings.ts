import type { SSMClient } from '@aws-sdk/client-ssm';
import { platformParameterName } from '../contract/names';
import type { PlatformSettings } from '../contract/platform-settings';
import { readParameter } from './parameters';
import { hasStrings, parseRecord } from './records';

/** What the platform stack of an environment wrote down; undefined when this account and region have no such environment. */
export async function readPlatformSettings(
  client: SSMClient,
  environment: string,
): Promise<PlatformSettings | undefined> {
  const name = platformParameterName(environment, 'settings');
  const parameter = await readParameter(client, name, false);
  return (
    parameter &&
    parseRecord<PlatformSettings>(parameter.Value, `the parameter ${name}`, (fields) =>
      hasStrings(
        fields,
        'environment',
        'organizationId',
        'workspaceId',
        'issuerAccess',
        'reconcileFunctionName',
        'keyArn',
      ),
    )
  );
}
