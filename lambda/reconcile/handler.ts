import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { readAdminKey } from '../../lib/aws/admin-key';
import { AwsFigures } from '../../lib/aws/figures';
import { AwsNotices } from '../../lib/aws/notices';
import { AwsServiceRegistry } from '../../lib/aws/registry';
import { AwsSecrets } from '../../lib/aws/secrets';
import { AwsSpareShelf } from '../../lib/aws/spares';
import type { ReconcilerRequest, ReconcilerResponse } from '../../lib/contract/reconciler-protocol';
import { isKeyRotationError, KeyRotationError } from '../../lib/core/errors';
import type { IssuerAccessPort } from '../../lib/core/observe';
import { Reconciler } from '../../lib/core/reconciler';
import { ClaudeConsoleKeys } from '../../lib/issuers/claude-console/admin';
import { ClaudeConsoleUsage } from '../../lib/issuers/claude-console/usage';
import { ClaudeConsoleVerifier } from '../../lib/issuers/claude-console/verifier';
import { createJournal } from '../journal';
import { type ReconcileSettings, reconcileSettings } from '../settings';
import type { Wiring } from '../wiring';

/** A request of the CLI, or a scheduled event, which has no `action`. */
export type ReconcileEvent = Partial<ReconcilerRequest>;

/** The function that brings every key towards the state it should be in, and answers the CLI. */
export function createHandler(wiring: Wiring): (event: ReconcileEvent) => Promise<ReconcilerResponse<unknown>> {
  const settings = reconcileSettings(wiring.env);
  const secretsManager = new SecretsManagerClient(wiring.aws ?? {});
  const ssm = new SSMClient(wiring.aws ?? {});
  const secrets = new AwsSecrets(secretsManager, settings.environment);
  const reconciler = new Reconciler(
    {
      directory: secrets,
      versions: secrets,
      control: secrets,
      spares: new AwsSpareShelf(ssm, settings.environment),
      registry: new AwsServiceRegistry(ssm, settings.environment),
      issuer: issuerAccess(settings, secretsManager, wiring),
      figures: new AwsFigures(new CloudWatchClient(wiring.aws ?? {}), wiring.clock),
      notices: new AwsNotices(new SNSClient(wiring.aws ?? {}), settings.actionTopicArn),
      clock: wiring.clock,
      journal: createJournal('reconcile'),
    },
    settings,
  );
  return (event) =>
    event.action === undefined ? scheduled(reconciler) : answer(reconciler, event as ReconcilerRequest);
}

/** A scheduled run that fails fails the function, so that its errors alarm notices. */
async function scheduled(reconciler: Reconciler): Promise<ReconcilerResponse<unknown>> {
  return { ok: true, result: await reconciler.reconcileAll() };
}

/** A request that fails is answered, with the error's code and message, for the CLI to print. */
async function answer(reconciler: Reconciler, request: ReconcilerRequest): Promise<ReconcilerResponse<unknown>> {
  try {
    return { ok: true, result: await perform(reconciler, request) };
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
    case 'undo':
      return reconciler.undo(request.service);
    default:
      throw new KeyRotationError('BadRequest', 'unknown action; allowed are reconcile, status, issuer-keys and undo');
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
  };
}
