import type { SimulatedAws } from './aws/simulated-aws';
import type { ClaudeOrganization } from './claude/organization';

/** What a person or a checker may see of a sandbox. No value of a secret or parameter, no key's text. Times are ISO 8601. */
export interface SandboxState {
  readonly now: string;
  readonly seed: number;
  readonly secrets: readonly {
    readonly name: string;
    readonly rotationEnabled: boolean;
    readonly versions: readonly {
      readonly id: string;
      readonly labels: readonly string[];
      readonly createdAt: string;
      readonly filled: boolean;
    }[];
  }[];
  readonly parameters: readonly string[];
  readonly keys: readonly {
    readonly id: string;
    readonly name: string;
    readonly status: string;
    readonly createdAt: string;
    readonly expiresAt: string | null;
  }[];
  readonly alarms: readonly { readonly name: string; readonly state: string; readonly since: string }[];
  readonly messages: readonly { readonly at: string; readonly topic: string; readonly subject: string | null }[];
  readonly failedAlarmActions: readonly {
    readonly at: string;
    readonly alarm: string;
    readonly topic: string;
    readonly error: string;
  }[];
  readonly failedDeliveries: readonly { readonly at: string; readonly rule: string; readonly error: string }[];
}

/** Looks at a whole sandbox. */
export function stateOf(aws: SimulatedAws, organization: ClaudeOrganization, seed: number): SandboxState {
  return {
    now: aws.account.clock.now().toISOString(),
    seed,
    secrets: secretsOf(aws),
    parameters: aws.ssm.parameters().map(({ name }) => name),
    keys: keysOf(organization),
    alarms: aws.cloudWatch.alarms().map(({ definition, state, stateSince }) => ({
      name: definition.name,
      state,
      since: stateSince.toISOString(),
    })),
    messages: aws.sns.messages().map(({ at, topicArn, subject = null }) => ({
      at: at.toISOString(),
      topic: topicArn.slice(topicArn.lastIndexOf(':') + 1),
      subject,
    })),
    failedAlarmActions: aws.cloudWatch.failedActions().map(({ at, alarm, topicArn, error }) => ({
      at: at.toISOString(),
      alarm,
      topic: topicArn.slice(topicArn.lastIndexOf(':') + 1),
      error,
    })),
    failedDeliveries: aws.events.failedDeliveries().map(({ at, rule, error }) => ({
      at: at.toISOString(),
      rule,
      error,
    })),
  };
}

const secretsOf = (aws: SimulatedAws): SandboxState['secrets'] =>
  aws.secretsManager.secrets().map(({ name, rotationEnabled, versions }) => ({
    name,
    rotationEnabled,
    versions: versions.map(({ id, labels, createdAt, value }) => ({
      id,
      labels,
      createdAt: createdAt.toISOString(),
      filled: value !== undefined,
    })),
  }));

const keysOf = (organization: ClaudeOrganization): SandboxState['keys'] =>
  organization.keys().map(({ id, name, status, createdAt, expiresAt }) => ({
    id,
    name,
    status,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  }));
