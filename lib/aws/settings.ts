import type { SSMClient } from '@aws-sdk/client-ssm';
import { platformParameterName } from '../contract/names';
import type { PlatformSettings } from '../contract/platform-settings';
import { readParameter } from './parameters';
import { recordOf } from './records';

/** What the platform stack of an environment wrote down; undefined when this account and region have no such environment. */
export async function readPlatformSettings(
  client: SSMClient,
  environment: string,
): Promise<PlatformSettings | undefined> {
  const name = platformParameterName(environment, 'settings');
  const text = await readParameter(client, name, false);
  return text === undefined ? undefined : settingsOf(text, name, environment);
}

function settingsOf(text: string, name: string, environment: string): PlatformSettings {
  const record = recordOf(text, `the parameter ${name}`);
  record.mustBe('environment', environment);
  return {
    environment,
    organizationId: record.text('organizationId'),
    workspaceId: record.text('workspaceId'),
    issuerAccess: record.oneOf('issuerAccess', ['adminKey', 'manual']),
    allowPersonalKeys: record.flag('allowPersonalKeys'),
    reconcileFunctionName: record.text('reconcileFunctionName'),
    keyArn: record.text('keyArn'),
    ...(record.has('timeZone') ? { timeZone: record.text('timeZone') } : {}),
  };
}
