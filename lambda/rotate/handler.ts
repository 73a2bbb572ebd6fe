import { setTimeout } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AwsSecrets } from '../../lib/aws/secrets';
import { AwsSpareShelf } from '../../lib/aws/spares';
import { isKeyRotationError, KeyRotationError, messageOf } from '../../lib/core/errors';
import { ROTATION_STEPS, type RotationRequest, type RotationStep, rotate } from '../../lib/core/rotation';
import { ClaudeConsoleVerifier } from '../../lib/issuers/claude-console/verifier';
import { createJournal } from '../journal';
import { rotateSettings } from '../settings';
import type { Wiring } from '../wiring';

/** What Secrets Manager sends. `RotationToken` comes too; only functions that assume another role need it. */
export interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

/** The function that Secrets Manager calls for each step of a rotation. A step that throws has failed, and is retried. */
export function createHandler(wiring: Wiring): (event: RotationEvent) => Promise<void> {
  const settings = rotateSettings(wiring.env);
  const journal = createJournal('rotate');
  const secrets = new AwsSecrets(new SecretsManagerClient(wiring.aws ?? {}), settings.environment);
  const ports = {
    directory: secrets,
    versions: secrets,
    tags: secrets,
    spares: new AwsSpareShelf(new SSMClient(wiring.aws ?? {}), settings.environment),
    verifier: new ClaudeConsoleVerifier(wiring.claude),
    clock: wiring.clock,
    wait: wiring.wait ?? ((ms: number) => setTimeout(ms)),
    journal,
  };
  return async (event) => {
    const request = requestOf(event);
    try {
      await rotate(request, settings, ports);
      journal.note('step-done', { step: request.step, secret: request.secretArn });
    } catch (error) {
      const code = isKeyRotationError(error) ? error.code : 'unexpected';
      journal.note('step-failed', { step: request.step, secret: request.secretArn, code, error: messageOf(error) });
      throw error;
    }
  };
}

function requestOf({ Step, SecretId, ClientRequestToken }: RotationEvent): RotationRequest {
  if (!isStep(Step)) {
    throw new KeyRotationError(
      'UnknownStep',
      `"${Step}" is no rotation step; allowed are ${ROTATION_STEPS.join(', ')}`,
    );
  }
  if (!SecretId || !ClientRequestToken)
    throw new KeyRotationError('BadRequest', 'the event names no secret or no token');
  return { step: Step, secretArn: SecretId, token: ClientRequestToken };
}

const isStep = (step: string): step is RotationStep => (ROTATION_STEPS as readonly string[]).includes(step);
