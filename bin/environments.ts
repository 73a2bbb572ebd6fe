import type { EnvironmentConfig } from '../lib/config/environment-config';

/** The environments of this app. Replace organizations and workspaces by your own; add accounts, regions and addresses. */
export const environments: readonly EnvironmentConfig[] = [
  {
    name: 'dev',
    organizationId: '6f1d3c52-8a0e-4b7f-9c41-2e5d7a90b613',
    workspaceId: 'wrkspc_dev00000000000000000',
    issuerAccess: 'manual',
    allowPersonalKeys: true,
    policy: { overlapHours: 4, undoWindowDays: 7 },
    services: [{ name: 'rag-service', owner: 'team-search', readers: { role: { assumedBy: 'lambda' } } }],
  },
  {
    name: 'staging',
    organizationId: '6f1d3c52-8a0e-4b7f-9c41-2e5d7a90b613',
    workspaceId: 'wrkspc_staging0000000000000',
    issuerAccess: 'adminKey',
    services: [
      { name: 'rag-service', owner: 'team-search', readers: { role: { assumedBy: 'lambda' } } },
      { name: 'support-bot', owner: 'team-support', readers: { role: { assumedBy: 'ecs-tasks' } } },
    ],
  },
  {
    // An organization of its own: no admin key of another environment can touch production's keys.
    name: 'prod',
    organizationId: 'b2e84d17-55c9-4f3a-8d06-91f7c3ae2840',
    workspaceId: 'wrkspc_prod0000000000000000',
    issuerAccess: 'adminKey',
    services: [
      { name: 'rag-service', owner: 'team-search', readers: { role: { assumedBy: 'lambda' } } },
      { name: 'support-bot', owner: 'team-support', readers: { role: { assumedBy: 'ecs-tasks' } } },
      {
        name: 'batch-summariser',
        owner: 'team-documents',
        readers: { role: { assumedBy: 'lambda' } },
        policy: { consumerCacheMinutes: 60, overlapHours: 72 },
      },
    ],
  },
];
