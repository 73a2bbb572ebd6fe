import type { IssuerAccess } from '../../lib/contract/platform-settings';
import { createApp } from '../../lib/stacks/app';
import { scratchFolder } from '../sandbox/scratch-folder';
import { RAG } from './world';

/** The assembly of an environment with one service: what is played hundreds of times is small. */
export const oneServiceAssembly = (environment = 'prod', issuerAccess: IssuerAccess = 'adminKey'): string =>
  smallAssembly([RAG], environment, issuerAccess);

/** The assembly of an environment with these services. */
export function smallAssembly(
  services: readonly string[],
  environment = 'prod',
  issuerAccess: IssuerAccess = 'adminKey',
): string {
  const config = {
    name: environment,
    organizationId: '4c0b7d21-90ad-4e6f-8b53-d2f71a6e9c04',
    workspaceId: 'wrkspc_one00000000000000000',
    issuerAccess,
    services: services.map((name) => ({
      name,
      owner: 'team-search',
      readers: { role: { assumedBy: 'lambda' as const } },
    })),
  };
  return createApp([config], { outdir: scratchFolder() }).synth().directory;
}
