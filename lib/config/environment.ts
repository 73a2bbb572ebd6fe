import type { IssuerAccess } from '../contract/platform-settings';
import type { ServicePolicy, UntoldConditions } from '../contract/registration';
import type { WorkspaceLimits } from '../contract/workspace-limits';
import type { FunctionNetwork, OperatorsConfig, ReadersConfig } from './environment-config';

/** An environment after validation, with every default filled in. */
export interface Environment {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly issuerAccess: IssuerAccess;
  readonly adminKeyExpiresOn?: string;
  readonly adminKeyMaxAgeDays?: number;
  readonly workspaceLimits?: WorkspaceLimits;
  readonly allowPersonalKeys: boolean;
  readonly timeZone: string;
  readonly runbookUrl: string;
  readonly alarmEmails: { readonly critical: readonly string[]; readonly warning: readonly string[] };
  readonly untoldConditions: UntoldConditions;
  readonly serviceMetrics: boolean;
  readonly readerAccounts: readonly string[];
  readonly readerOrganization?: string;
  readonly permissionsBoundary?: string;
  readonly functionNetwork?: FunctionNetwork;
  readonly operators: OperatorsConfig;
  readonly services: readonly Service[];
}

/** A service after validation, with its whole policy. */
export interface Service {
  readonly name: string;
  readonly owner: string;
  readonly issuer: 'claude-console';
  readonly readers: ReadersConfig;
  readonly strictReads: boolean;
  readonly readThroughVpcEndpoints?: readonly string[];
  readonly policy: ServicePolicy;
}
