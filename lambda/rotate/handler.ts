import { setTimeout } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AwsSecrets } from '../../lib/aws/secrets';
import { AwsSpareShelf } from '../../lib/aws/spares';
import { isKeyRotationError, messageOf } from '../../lib/core/errors';
import { type RotationPorts, rotate } from '../../lib/core/keys/rotation';
import { ClaudeConsoleVerifier } from '../../lib/issuers/claude-console/verifier';
import { createJournal } from '../journal';
import { type RotateSettings, rotateSettings } from '../settings';
import type { Wiring } from '../wiring';
import { requestIn } from './request';

/** The function that Secrets Manager calls for each step of a rotation. A step that throws has failed, and is retried. */
export const createHandler = (wiring: Wiring): ((event: unknown) => Promise<void>) =>
  handlerOn(rotationPorts(wiring), rotateSettings(wiring.env));

/** What the function works on, put together from its wiring. */
export function rotationPorts(wiring: Wiring): RotationPorts {
  const { environment } = rotateSettings(wiring.env);
  const secrets = new AwsSecrets(new SecretsManagerClient(wiring.aws ?? {}), environment);
  return {
    directory: secrets,
    versions: secrets,
    tags: secrets,
    spares: new AwsSpareShelf(new SSMClient(wiring.aws ?? {}), environment),
    verifier: new ClaudeConsoleVerifier(wiring.claude),
    clock: wiring.clock,
    wait: wiring.wait ?? ((ms: number) => setTimeout(ms)),
    journal: createJournal('rotate'),
  };
}

/** The same function on ports that are there already. */
export function handlerOn(ports: RotationPorts, settings: RotateSettings): (event: unknown) => Promise<void> {
  return async (event) => {
    const request = requestIn(event);
    try {
      await rotate(request, settings, ports);
      ports.journal.note('step-done', { step: request.step, secret: request.secretArn });
    } catch (error) {
      const code = isKeyRotationError(error) ? error.code : 'unexpected';
      const failure = { step: request.step, secret: request.secretArn, code, error: messageOf(error) };
      ports.journal.note('step-failed', failure);
      throw error;
    }
  };
}
