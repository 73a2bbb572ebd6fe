import type { PlatformSettings } from '../contract/platform-settings';
import type {
  IssuerKeysResult,
  ReconcileResult,
  ReviewResult,
  RevokeResult,
  StatusResult,
  UndoResult,
} from '../contract/reconciler-protocol';
import type { Registration } from '../contract/registration';
import type { ApiKey } from '../core/api-key';
import { KeyRotationError } from '../core/errors';
import type { Clock, KeyVerifier, RotationControl, SecretDirectory, ServiceRegistry, SpareShelf } from '../core/ports';

/** The reconciler, which alone looks at and changes keys at the issuer. */
export interface Reconciler {
  reconcile(service?: string): Promise<ReconcileResult>;
  status(service?: string): Promise<StatusResult>;
  review(): Promise<ReviewResult>;
  issuerKeys(): Promise<IssuerKeysResult>;
  undo(service: string): Promise<UndoResult>;
  revoke(service: string, keyId: string): Promise<RevokeResult>;
}

/** How the issuer's keys look; pure functions of a key's text. */
export interface KeyShape {
  isKey(text: string): boolean;
  hintOf(key: ApiKey): string;
}

/** One environment, as the commands see it. */
export interface Platform {
  readonly settings: PlatformSettings;
  readonly secrets: SecretDirectory;
  readonly rotation: Pick<RotationControl, 'start'>;
  readonly spares: SpareShelf;
  readonly services: ServiceRegistry;
  readonly reconciler: Reconciler;
  readonly verifier: KeyVerifier;
  readonly keyShape: KeyShape;
  readonly clock: Clock;
  wait(ms: number): Promise<void>;
}

/** Finds the platform of an environment; rejects with UnknownEnvironment when nothing is deployed under that name. */
export type OpenPlatform = (environment: string) => Promise<Platform>;

const NAMES_SHOWN = 10;

/** The registration of a service; rejects with UnknownService, naming those that exist. */
export async function findService(platform: Platform, service: string): Promise<Registration> {
  const registration = await platform.services.find(service);
  if (registration !== undefined) return registration;
  throw unknownService(
    platform,
    service,
    (await platform.services.list()).map((each) => each.service),
  );
}

function unknownService(platform: Platform, service: string, known: readonly string[]): KeyRotationError {
  const { environment } = platform.settings;
  const shown = [...known].sort().slice(0, NAMES_SHOWN).join(', ');
  const more = known.length > NAMES_SHOWN ? ` and ${known.length - NAMES_SHOWN} more` : '';
  const registered = known.length > 0 ? `registered are ${shown}${more}` : 'no service is registered yet';
  return new KeyRotationError(
    'UnknownService',
    `no service "${service}" is registered in ${environment}: ${registered}. Deploy its stack first: npx cdk deploy ${environment}/${service}`,
  );
}
