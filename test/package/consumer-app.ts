import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What another team's app has already: an environment with its platform. */
const PLATFORM = `
import { App, Stack, Stage } from 'aws-cdk-lib';
import { RotationPlatform } from 'claude-key-rotation';

export const prod = new Stage(new App(), 'prod');
export const platform = new Stack(prod, 'platform');
new RotationPlatform(platform, 'Platform', {
  environment: 'prod',
  organizationId: '5d0c7a3e-91b4-4f68-a2d7-3c8e6f150b94',
  workspaceId: 'wrkspc_consumer00000000000',
  issuerAccess: 'adminKey',
});
`;

/** The whole of what adds a service to it. */
const SERVICE = `
import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ServiceApiKey } from 'claude-key-rotation';
import { platform, prod } from './platform';

const search = new Stack(prod, 'search');
search.addStackDependency(platform);
const role = new Role(search, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
const key = new ServiceApiKey(search, 'ClaudeKey', { environment: 'prod', service: 'search', owner: 'team-search' });
key.grantRead(role);
`;

/** A service at run time: prints that it got a client with a key of its own. The same text is compiled to both kinds of module. */
const CLIENT = `
import Anthropic from '@anthropic-ai/sdk';
import { type ClaudeApiKey, claudeKey } from 'claude-key-rotation/client';

const key: ClaudeApiKey = claudeKey('prod/claude/search/key');
const claude = new Anthropic(key);
process.stdout.write(\`\${claude.constructor.name} with \${typeof key.apiKey} and \${key.middleware.length} middleware\`);
`;

/** What each client program prints. */
export const CLIENT_OUTPUT = 'Anthropic with function and 1 middleware';

/** A constructs' user as an ES module: prints the kinds of what it imports by name. */
const CONSTRUCTS_AS_ES_MODULE = `
import { createApp, RotationPlatform, ServiceApiKey } from 'claude-key-rotation';

process.stdout.write([createApp, RotationPlatform, ServiceApiKey].map((each) => typeof each).join());
`;

const COMPILER_OPTIONS = { strict: true, target: 'es2023', lib: ['es2023'], types: ['node'], esModuleInterop: true };

/** One project per way in which TypeScript finds a package's types; the first one checks those types as well. */
const PROJECTS = {
  'tsconfig.json': { module: 'nodenext', outDir: 'out' },
  'tsconfig.bundler.json': { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true, noEmit: true },
  'tsconfig.classic.json': {
    module: 'commonjs',
    moduleResolution: 'node10',
    ignoreDeprecations: '6.0',
    skipLibCheck: true,
    noEmit: true,
  },
};

/** The projects to type-check; the first one is compiled as well. */
export const PROJECT_FILES = Object.keys(PROJECTS);

/** How many lines it takes to add a service, imports included. */
export const LINES_OF_A_SERVICE = SERVICE.trim().split('\n').length;

/** Writes a CDK app that uses the installed package in every way it is meant to be used. */
export async function writeConsumerApp(folder: string, flags: Readonly<Record<string, unknown>>): Promise<void> {
  const sources = {
    'src/platform.ts': PLATFORM,
    'src/service.ts': SERVICE,
    'src/client.ts': CLIENT,
    'src/client-as-es-module.mts': CLIENT,
    'src/constructs-as-es-module.mts': CONSTRUCTS_AS_ES_MODULE,
    'cdk.json': JSON.stringify({ app: 'node out/service.js', context: flags }),
  };
  const projects = Object.entries(PROJECTS).map(([file, options]) => [file, projectText(options)] as const);
  for (const [path, text] of [...Object.entries(sources), ...projects]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

const projectText = (options: object): string =>
  JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, ...options, rootDir: 'src' }, include: ['src'] });
