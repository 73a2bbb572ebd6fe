import { handlerOn as reconcileHandlerOn, reconcilerPorts } from '../../../lambda/reconcile/handler';
import { handlerOn as rotateHandlerOn, rotationPorts } from '../../../lambda/rotate/handler';
import { reconcileSettings, rotateSettings } from '../../../lambda/settings';
import { reconcileFunctionName, rotateFunctionName } from '../../../lib/contract/names';
import type { ApiKey } from '../../../lib/core/api-key';
import type { IssuerKey, SecretState, UsageReport, Verdict } from '../../../lib/core/ports';
import type { FunctionFactory, FunctionWiring } from '../../functions/in-process-runner';

/** Told what runs are told, on their way to the code that asked. */
export interface Told {
  described(secret: SecretState): void;
  verified(key: ApiKey, verdict: Verdict): void;
  listed(keys: readonly IssuerKey[]): void;
  reported(report: UsageReport): void;
}

/**
 * The functions as they are deployed, on the real adapters, with a listener to the answers that a judge
 * wants to know.
 * @param skewMs how far their clock is ahead
 */
export function watchedHandlers(environment: string, told: Told, skewMs: number): ReadonlyMap<string, FunctionFactory> {
  const skewed = (wiring: FunctionWiring): FunctionWiring => {
    const now = () => new Date(wiring.clock.now().getTime() + skewMs);
    return { ...wiring, clock: { now } };
  };
  return new Map<string, FunctionFactory>([
    [
      rotateFunctionName(environment),
      (wiring) => {
        const ports = rotationPorts(skewed(wiring));
        const directory = heard(ports.directory, { describeByArn: (_, state) => told.described(state) });
        const verifier = heard(ports.verifier, { verify: ([key], verdict) => told.verified(key, verdict) });
        return rotateHandlerOn({ ...ports, directory, verifier }, rotateSettings(wiring.env));
      },
    ],
    [
      reconcileFunctionName(environment),
      (wiring) => {
        const ports = reconcilerPorts(skewed(wiring));
        const directory = heard(ports.directory, { describe: (_, state) => state && told.described(state) });
        const issuer = heardIssuer(ports.issuer, told);
        return reconcileHandlerOn({ ...ports, directory, issuer }, reconcileSettings(wiring.env));
      },
    ],
  ]);
}

type Issuer = ReturnType<typeof reconcilerPorts>['issuer'];

function heardIssuer(issuer: Issuer, told: Told): Issuer {
  if (issuer.kind === 'manual') {
    return { ...issuer, verifier: heard(issuer.verifier, { verify: ([key], verdict) => told.verified(key, verdict) }) };
  }
  return {
    ...issuer,
    keys: heard(issuer.keys, { list: (_, keys) => told.listed(keys) }),
    usage: heard(issuer.usage, { since: (_, report) => told.reported(report) }),
  };
}

type Listeners<Port> = {
  readonly [Name in keyof Port]?: Port[Name] extends (...args: infer Args) => Promise<infer Answer>
    ? (args: Args, answer: Answer) => void
    : never;
};

/** The same port; listeners hear the answers of some of its methods. */
function heard<Port extends object>(port: Port, listeners: Listeners<Port>): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      const listener = Reflect.get(listeners, name) as ((args: unknown[], answer: unknown) => void) | undefined;
      if (!listener) return method.bind(target);
      return async (...args: unknown[]) => {
        const answer: unknown = await method.apply(target, args);
        listener(args, answer);
        return answer;
      };
    },
  });
}
