import { GetParameterCommand, GetParametersByPathCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Answer } from '../core/answer';
import { answerOf, malformed, readListed } from './answers';
import { callAws, callAwsUnless } from './errors';

/** Systems Manager's largest page of parameters. */
const PAGE_SIZE = 10;

/** Every parameter under a path by its name, values of SecureStrings still encrypted. */
export async function listParameters(client: SSMClient, path: string): Promise<ReadonlyMap<string, Answer>> {
  const parameters = new Map<string, Answer>();
  const what = `the list of parameters under ${path}`;
  await readListed(
    what,
    (token) => pageOf(client, path, token),
    (page) => {
      for (const parameter of page.objects('Parameters')) {
        const name = parameter.text('Name');
        if (!name.startsWith(`${path}/`)) throw malformed(what, 'holds one from elsewhere');
        parameters.set(name, parameter);
      }
    },
  );
  return parameters;
}

function pageOf(client: SSMClient, path: string, token: string | undefined): Promise<unknown> {
  return callAws('ssm:GetParametersByPath', (limits) =>
    client.send(
      new GetParametersByPathCommand({
        Path: path,
        Recursive: true,
        WithDecryption: false,
        MaxResults: PAGE_SIZE,
        ...(token ? { NextToken: token } : {}),
      }),
      limits,
    ),
  );
}

/** The value of one parameter; undefined when there is none of that name. */
export async function readParameter(client: SSMClient, name: string, decrypt: boolean): Promise<string | undefined> {
  const found = await callAwsUnless(['ParameterNotFound'], 'ssm:GetParameter', (limits) =>
    client.send(new GetParameterCommand({ Name: name, WithDecryption: decrypt }), limits),
  );
  if (!found) return undefined;
  const parameter = answerOf(`the answer about the parameter ${name}`, found).object('Parameter');
  parameter.mustBe('Name', name);
  return parameter.text('Value');
}
