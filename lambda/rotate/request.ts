import { KeyRotationError } from '../../lib/core/errors';
import { ROTATION_STEPS, type RotationRequest, type RotationStep } from '../../lib/core/keys/rotation';

/**
 * The request in what Secrets Manager sends. A `RotationToken` comes too; only functions that assume another role need it.
 * @throws KeyRotationError UnknownStep, BadRequest. What the event says is not repeated
 */
export function requestIn(event: unknown): RotationRequest {
  const fields: Readonly<Record<string, unknown>> = typeof event === 'object' && event !== null ? { ...event } : {};
  const { Step, SecretId, ClientRequestToken } = fields;
  if (!isStep(Step)) {
    throw new KeyRotationError(
      'UnknownStep',
      `the event names no rotation step; allowed are ${ROTATION_STEPS.join(', ')}`,
    );
  }
  if (typeof SecretId !== 'string' || typeof ClientRequestToken !== 'string' || !SecretId || !ClientRequestToken) {
    throw new KeyRotationError('BadRequest', 'the event names no secret or no token');
  }
  return { step: Step, secretArn: SecretId, token: ClientRequestToken };
}

const isStep = (step: unknown): step is RotationStep => ROTATION_STEPS.some((each) => each === step);
