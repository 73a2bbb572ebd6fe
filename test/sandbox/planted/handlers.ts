import { handlerOn as reconcileHandlerOn, reconcilerPorts } from '../../../lambda/reconcile/handler';
import { handlerOn as rotateHandlerOn, rotationPorts } from '../../../lambda/rotate/handler';
import { reconcileSettings, rotateSettings } from '../../../lambda/settings';
import type { Platform } from '../../../lib/cli/platform';
import { reconcileFunctionName, rotateFunctionName } from '../../../lib/contract/names';
import type { RotationPorts } from '../../../lib/core/keys/rotation';
import type { IssuerKeys, UsageReports } from '../../../lib/core/ports';
import type { ReconcilerPorts } from '../../../lib/core/reconciler';
import type { FunctionFactory } from '../../../sandbox/functions/in-process-runner';

/** A bug: the ports of one function or the other as it sees them, or what the CLI sees. */
export interface Bug {
  readonly name: string;
  readonly rotate?: (ports: RotationPorts) => RotationPorts;
  readonly reconcile?: (ports: ReconcilerPorts) => ReconcilerPorts;
  readonly cli?: (platform: Platform) => Platform;
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

/** Both functions with a bug in them. */
export const handlersWith = ({ rotate = (ports) => ports, reconcile = (ports) => ports }: Bug, environment: string) =>
  new Map<string, FunctionFactory>([
    [
      rotateFunctionName(environment),
      (wiring) => rotateHandlerOn(rotate(rotationPorts(wiring)), rotateSettings(wiring.env)),
    ],
    [
      reconcileFunctionName(environment),
      (wiring) => reconcileHandlerOn(reconcile(reconcilerPorts(wiring)), reconcileSettings(wiring.env)),
    ],
  ]);
