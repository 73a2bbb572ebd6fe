import { putAdminKey } from './admin-key';
import { Sandbox, type SandboxOptions } from './sandbox';
import { PortInUse } from './server';

/** Keeps an environment running until it is interrupted, and prints how to reach it. */
export async function serve(options: SandboxOptions): Promise<void> {
  const interruption = untilInterrupted();
  const sandbox = await start(options);
  try {
    await putAdminKey(sandbox);
    process.stdout.write(introduction(sandbox));
    await interruption;
  } finally {
    await sandbox.dispose();
  }
  process.stdout.write('\nended\n');
}

async function start(options: SandboxOptions): Promise<Sandbox> {
  try {
    return await Sandbox.create({ start: new Date(), ...options });
  } catch (error) {
    if (!(error instanceof PortInUse)) throw error;
    const option = error.port === options.ports?.aws ? '--port' : '--claude-port';
    throw new Error(
      `port ${error.port} is in use, perhaps by another sandbox: end that, or choose another with ${option} (0 takes a free one)`,
    );
  }
}

/** Listens from the start, so that an interruption while it deploys is not lost. */
function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function introduction(sandbox: Sandbox): string {
  const { environment } = sandbox;
  const [service = 'SERVICE'] = sandbox.services();
  const variables = Object.entries(sandbox.environmentVariables()).map(([name, value]) => `export ${name}='${value}'`);
  return `
${environment} is running. In another terminal:

${variables.join('\n')}

Then, for example, create a key, stage it, look, and let a day pass:

  curl -s $AWS_ENDPOINT_URL/_sandbox/keys -d '{"name": "${environment}-${service}-1"}'
  npm run keys -- stage ${environment} ${service}
  npm run keys -- status ${environment}
  aws secretsmanager list-secrets
  curl -s $AWS_ENDPOINT_URL/_sandbox/clock -d '{"advanceSeconds": 86400}'
  curl -s $AWS_ENDPOINT_URL/_sandbox/state

Time stands still until /_sandbox/clock moves it. Ctrl-C ends it.
`;
}
