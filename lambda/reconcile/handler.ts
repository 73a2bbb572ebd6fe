import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { readAdminKey } from '../../lib/aws/admin-key';
import { adminKeySince } from '../../lib/aws/admin-key-age';
import { AwsConditionMemory } from '../../lib/aws/condition-memory';
import { AwsFigures } from '../../lib/aws/figures';
import { AwsMessages } from '../../lib/aws/messages';
import { AwsServiceRegistry } from '../../lib/aws/registry';
import { AwsSecrets } from '../../lib/aws/secrets';
import { AwsSpareShelf } from '../../lib/aws/spares';
import type { ReconcilerRequest, ReconcilerResponse } from '../../lib/contract/reconciler-protocol';
import { isKeyRotationError } from '../../lib/core/errors';
import type { IssuerAccessPort } from '../../lib/core/keys/observe';
import type { MonitoringPorts } from '../../lib/core/monitoring/monitor';
import { type SecretRead, secretReadIn } from '../../lib/core/monitoring/secret-read';
import { Reconciler, type ReconcilerPorts } from '../../lib/core/reconciler';
import { remembered } from '../../lib/core/remembered';
import { ClaudeConsoleKeys } from '../../lib/issuers/claude-console/admin';
import { ClaudeConsoleLimits } from '../../lib/issuers/claude-console/limits';
import { ClaudeConsoleUsage } from '../../lib/issuers/claude-console/usage';
import { ClaudeConsoleUseReports } from '../../lib/issuers/claude-console/use-reports';
import { ClaudeConsoleVerifier } from '../../lib/issuers/claude-console/verifier';
import { createJournal } from '../journal';
import { type ReconcileSettings, reconcileSettings } from '../settings';
import type { Wiring } from '../wiring';
import { isOfCloudTrail, isScheduled, requestIn } from './request';

/** The reports of one run are read with one reading of the admin key. */
const ADMIN_KEY_REMEMBERED_MS = 60_000;
/** Its age is counted in days. */
const ADMIN_KEY_AGE_REMEMBERED_MS = 3_600_000;

/** The function that brings every key towards the state it should be in, and answers the CLI. */
export const createHandler = (wiring: Wiring): ((event: unknown) => Promise<ReconcilerResponse<unknown>>) =>
  handlerOn(reconcilerPorts(wiring), reconcileSettings(wiring.env));

/** What the function works on, put together from its wiring. */
export function reconcilerPorts(wiring: Wiring): ReconcilerPorts {
  const settings = reconcileSettings(wiring.env);
  const secretsManager = new SecretsManagerClient(wiring.aws ?? {});
  const ssm = new SSMClient(wiring.aws ?? {});
  const sns = new SNSClient(wiring.aws ?? {});
  const secrets = new AwsSecrets(secretsManager, settings.environment);
  return {
    directory: secrets,
    versions: secrets,
    control: secrets,
    spares: new AwsSpareShelf(ssm, settings.environment),
    registry: new AwsServiceRegistry(ssm, settings.environment),
    issuer: issuerAccess(settings, secretsManager, wiring),
    figures: new AwsFigures(new CloudWatchClient(wiring.aws ?? {}), wiring.clock),
    messages: new AwsMessages(
      sns,
      { critical: settings.criticalTopicArn, warning: settings.warningTopicArn },
      settings.runbookUrl,
    ),
    clock: wiring.clock,
    journal: createJournal('reconcile'),
    monitoring: monitoring(settings, { secretsManager, ssm }, wiring),
  };
}

/** The same function on ports that are there already. */
export function handlerOn(ports: ReconcilerPorts, settings: ReconcileSettings) {
  const reconciler = new Reconciler(ports, settings);
  return (event: unknown): Promise<ReconcilerResponse<unknown>> => {
    if (isOfCloudTrail(event)) return tell(reconciler, secretReadIn(event, settings.environment));
    return isScheduled(event) ? scheduled(reconciler) : answer(reconciler, event);
  };
}

/** A message that fails fails the function: EventBridge then tells it of the read once more. */
async function tell(reconciler: Reconciler, read: SecretRead | undefined): Promise<ReconcilerResponse<unknown>> {
  if (read) await reconciler.tellOfRead(read);
  return { ok: true, result: {} };
}

/** A scheduled run that fails fails the function, so that its errors alarm notices. */
async function scheduled(reconciler: Reconciler): Promise<ReconcilerResponse<unknown>> {
  return { ok: true, result: await reconciler.reconcileAll() };
}

/** A request that fails is answered, with the error's code and message, for the CLI to print. */
async function answer(reconciler: Reconciler, event: unknown): Promise<ReconcilerResponse<unknown>> {
  try {
    return { ok: true, result: await perform(reconciler, requestIn(event)) };
  } catch (error) {
    if (!isKeyRotationError(error)) throw error;
    return { ok: false, error: { code: error.code, message: error.message } };
  }
}

function perform(reconciler: Reconciler, request: ReconcilerRequest): Promise<unknown> {
  switch (request.action) {
    case 'reconcile':
      return request.service ? reconciler.reconcileOne(request.service) : reconciler.reconcileAll();
    case 'status':
      return reconciler.status(request.service);
    case 'issuer-keys':
      return reconciler.issuerKeys();
    case 'review':
      return reconciler.review();
    case 'undo':
      return reconciler.undo(request.service);
    case 'revoke':
      return reconciler.revoke(request.service, request.keyId);
  }
}

function issuerAccess(settings: ReconcileSettings, client: SecretsManagerClient, wiring: Wiring): IssuerAccessPort {
  if (settings.issuerAccess === 'manual') return { kind: 'manual', verifier: new ClaudeConsoleVerifier(wiring.claude) };
  const options = {
    ...wiring.claude,
    workspaceId: settings.workspaceId,
    adminKey: () => readAdminKey(client, settings.environment),
  };
  return {
    kind: 'ours',
    keys: new ClaudeConsoleKeys(options),
    usage: new ClaudeConsoleUsage({ ...options, clock: wiring.clock }),
    limits: new ClaudeConsoleLimits(options),
  };
}

interface MonitoringClients {
  readonly secretsManager: SecretsManagerClient;
  readonly ssm: SSMClient;
}

function monitoring(settings: ReconcileSettings, clients: MonitoringClients, wiring: Wiring): MonitoringPorts {
  const { environment } = settings;
  const memory = new AwsConditionMemory(clients.ssm, environment);
  if (settings.issuerAccess === 'manual') return { memory };
  const readKey = () => readAdminKey(clients.secretsManager, environment);
  const use = new ClaudeConsoleUseReports({
    ...wiring.claude,
    clock: wiring.clock,
    workspaceId: settings.workspaceId,
    adminKey: remembered(readKey, ADMIN_KEY_REMEMBERED_MS, wiring.clock),
  });
  const readAge = () => adminKeySince(clients.secretsManager, environment);
  return { memory, use, adminKeySince: remembered(readAge, ADMIN_KEY_AGE_REMEMBERED_MS, wiring.clock) };
}
