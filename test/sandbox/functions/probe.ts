import Anthropic from '@anthropic-ai/sdk';
import { GetParameterCommand, PutParameterCommand, SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';

interface ProbeWiring {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: { now(): Date };
  readonly aws?: SSMClientConfig;
  readonly claude?: { readonly fetch?: typeof fetch };
}

/** A small function that uses everything a function may use: both SDKs, its environment, the time, its output. */
export function createProbe(wiring: ProbeWiring) {
  const ssm = new SSMClient(wiring.aws ?? {});
  const claude = new Anthropic({ apiKey: 'not-a-key', maxRetries: 0, ...wiring.claude });
  const { PROBE_NAME: Name = '' } = wiring.env;
  return async ({ value }: { readonly value: string }) => {
    await ssm.send(new PutParameterCommand({ Name, Value: value, Type: 'String' }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
    process.stdout.write(`probe stored ${Parameter?.Value}\n`);
    const { data } = await claude.models.list();
    return { stored: Parameter?.Value, at: wiring.clock.now().toISOString(), models: data.length };
  };
}
