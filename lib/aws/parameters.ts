import { GetParameterCommand, GetParametersByPathCommand, type Parameter, type SSMClient } from '@aws-sdk/client-ssm';
import { callAws, callAwsUnless } from './errors';

/** Systems Manager's largest page of parameters. */
const PAGE_SIZE = 10;

/** Every parameter under a path, values of SecureStrings still encrypted. */
export async function listParameters(client: SSMClient, path: string): Promise<readonly Parameter[]> {
  const parameters: Parameter[] = [];
  let token: string | undefined;
  do {
    const page = await callAws('ssm:GetParametersByPath', () =>
      client.send(
        new GetParametersByPathCommand({
          Path: path,
          Recursive: true,
          WithDecryption: false,
          MaxResults: PAGE_SIZE,
          ...(token ? { NextToken: token } : {}),
        }),
      ),
    );
    parameters.push(...(page.Parameters ?? []));
    token = page.NextToken;
  } while (token);
  return parameters;
}

/** One parameter; undefined when there is none of that name. */
export async function readParameter(client: SSMClient, name: string, decrypt: boolean): Promise<Parameter | undefined> {
  const found = await callAwsUnless(['ParameterNotFound'], 'ssm:GetParameter', () =>
    client.send(new GetParameterCommand({ Name: name, WithDecryption: decrypt })),
  );
  return found?.Parameter;
}
