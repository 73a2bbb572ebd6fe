import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { reconcileSettings, rotateSettings } from '../../../lambda/settings';
import type { Wiring } from '../../../lambda/wiring';
import { readAdminKey } from '../../../lib/aws/admin-key';
import { AwsFigures } from '../../../lib/aws/figures';
import { AwsNotices } from '../../../lib/aws/notices';
import { AwsServiceRegistry } from '../../../lib/aws/registry';
import { AwsSecrets } from '../../../lib/aws/secrets';
import { AwsSpareShelf } from '../../../lib/aws/spares';
import { reconcileFunctionName, rotateFunctionName } from '../../../lib/contract/names';
import { isKeyRotationError } from '../../../lib/core/errors';
import type { IssuerKeys, UsageReports } from '../../../lib/core/ports';
import { Reconciler, type ReconcilerPorts } from '../../../lib/core/reconciler';
import { type RotationPorts, type RotationStep, rotate } from '../../../lib/core/rotation';
import { ClaudeConsoleKeys } from '../../../lib/issuers/claude-console/admin';
import { ClaudeConsoleUsage } from '../../../lib/issuers/claude-console/usage';
import { ClaudeConsoleVerifier } from '../../../lib/issuers/claude-console/verifier';
import type { FunctionFactory } from '../../../sandbox/functions/in-process-runner';

/** A bug: the ports of one function or the other as it sees them, or both. */
export interface Bug {
  readonly name: string;
  readonly rotate?: (ports: RotationPorts) => RotationPorts;
  readonly reconcile?: (ports: ReconcilerPorts) => ReconcilerPorts;
}

/** The same object with some methods replaced; the others go on working on the original. */
export function but<Port extends object>(port: Port, changes: Partial<Port>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      if (name in changes) return Reflect.get(changes, name);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The ports of an environment with an admin key with its keys or usage changed. */
export function withIssuer(
  ports: ReconcilerPorts,
  changes: { readonly keys?: Partial<IssuerKeys>; readonly usage?: Partial<UsageReports> },
): ReconcilerPorts {
  const { issuer } = ports;
  if (issuer.kind === 'manual') return ports;
  const { keys = {}, usage = {} } = changes;
  return { ...ports, issuer: { ...issuer, keys: but(issuer.keys, keys), usage: but(issuer.usage, usage) } };
}

/** Both functions with a bug in them, put together as their handlers are. */
export const handlersWith = ({ rotate: first, reconcile: second }: Bug, environment: string) =>
  new Map<string, FunctionFactory>([
    [rotateFunctionName(environment), (wiring) => rotateHandler(wiring, first ?? ((ports) => ports))],
    [reconcileFunctionName(environment), (wiring) => reconcileHandler(wiring, second ?? ((ports) => ports))],
  ]);

const journal = { note: () => {} };

function rotateHandler(wiring: Wiring, spoil: NonNullable<Bug['rotate']>) {
  const settings = rotateSettings(wiring.env);
  const secrets = new AwsSecrets(new SecretsManagerClient(wiring.aws ?? {}), settings.environment);
  const ports = spoil({
    directory: secrets,
    versions: secrets,
    tags: secrets,
    spares: new AwsSpareShelf(new SSMClient(wiring.aws ?? {}), settings.environment),
    verifier: new ClaudeConsoleVerifier(wiring.claude),
    clock: wiring.clock,
    wait: () => Promise.resolve(),
    journal,
  });
  return ({ Step, SecretId, ClientRequestToken }: Readonly<Record<string, string>>) =>
    rotate({ step: Step as RotationStep, secretArn: SecretId ?? '', token: ClientRequestToken ?? '' }, settings, ports);
}

function reconcileHandler(wiring: Wiring, spoil: NonNullable<Bug['reconcile']>) {
  const settings = reconcileSettings(wiring.env);
  const reconciler = new Reconciler(spoil(reconcilerPorts(wiring)), settings);
  return async ({ action, service = '' }: { readonly action?: string; readonly service?: string }) => {
    try {
      return { ok: true, result: await (action === 'undo' ? reconciler.undo(service) : reconciler.reconcileAll()) };
    } catch (error) {
      if (action === undefined || !isKeyRotationError(error)) throw error;
      return { ok: false, error: { code: error.code, message: error.message } };
    }
  };
}

function reconcilerPorts(wiring: Wiring): ReconcilerPorts {
  const { environment, workspaceId, actionTopicArn } = reconcileSettings(wiring.env);
  const client = new SecretsManagerClient(wiring.aws ?? {});
  const ssm = new SSMClient(wiring.aws ?? {});
  const secrets = new AwsSecrets(client, environment);
  const options = { ...wiring.claude, workspaceId, adminKey: () => readAdminKey(client, environment) };
  return {
    directory: secrets,
    versions: secrets,
    control: secrets,
    spares: new AwsSpareShelf(ssm, environment),
    registry: new AwsServiceRegistry(ssm, environment),
    issuer: {
      kind: 'ours',
      keys: new ClaudeConsoleKeys(options),
      usage: new ClaudeConsoleUsage({ ...options, clock: wiring.clock }),
    },
    figures: new AwsFigures(new CloudWatchClient(wiring.aws ?? {}), wiring.clock),
    notices: new AwsNotices(new SNSClient(wiring.aws ?? {}), actionTopicArn),
    clock: wiring.clock,
    journal,
  };
}
