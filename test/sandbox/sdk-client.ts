import {
  DescribeSecretCommand,
  ListSecretVersionIdsCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm';

// A program as somebody else might write it: it knows the AWS SDK and a secret's name, and gets everything else from
// its environment variables. Usage: sdk-client.ts <secret id> <parameter path>; prints JSON.
const [SecretId = '', Path = ''] = process.argv.slice(2);
const secretsManager = new SecretsManagerClient({});
const ssm = new SSMClient({});

async function currentVersion(): Promise<string | undefined> {
  const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId }));
  return Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0];
}

async function rotateAndWait(): Promise<string | undefined> {
  const before = await currentVersion();
  const { VersionId } = await secretsManager.send(new RotateSecretCommand({ SecretId }));
  for (let looks = 0; looks < 100 && (await currentVersion()) === before; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return VersionId;
}

async function parameterNames(): Promise<readonly (string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ssm }, { Path, Recursive: true })) {
    names.push(...Parameters.map(({ Name }) => Name));
  }
  return names;
}

async function main(): Promise<void> {
  const { Name, RotationEnabled } = await secretsManager.send(new DescribeSecretCommand({ SecretId }));
  const rotatedTo = await rotateAndWait();
  const { Versions = [] } = await secretsManager.send(new ListSecretVersionIdsCommand({ SecretId }));
  const versions = Versions.map(({ VersionId, VersionStages }) => ({ VersionId, VersionStages }));
  process.stdout.write(
    JSON.stringify({
      Name,
      RotationEnabled,
      rotatedTo,
      current: await currentVersion(),
      versions,
      parameters: await parameterNames(),
    }),
  );
}

void main();
