import type { EnvironmentConfig, ServiceConfig } from './environment-config';
import { type Mistake, wrongValue } from './mistake';
import { isRecord } from './shape';

/** What names of stacks and alarms begin with, after `claude-keys-`, and where in the configuration it comes from. */
interface NameStem {
  readonly stem: string;
  readonly environment: EnvironmentConfig;
  readonly path: string;
  readonly value: string;
}

/**
 * Environments that would have a stack or an alarm of the same name in one account and region: hyphens join the parts
 * of a name, so the service `eu-x` of `prod` and the service `x` of `prod-eu` are both `claude-keys-prod-eu-x`. The
 * second would replace the first.
 */
export function mistakesInNames(configs: readonly EnvironmentConfig[]): Mistake[] {
  const stems = configs.flatMap((config, index) => (isRecord(config) ? stemsOf(config, `environments[${index}]`) : []));
  return stems.flatMap((later, index) => {
    const earlier = stems.slice(0, index).find((each) => collide(each, later));
    if (!earlier) return [];
    const allowed = `a name without the same stacks or alarms: claude-keys-${later.stem}… is of ${earlier.path} already`;
    return [wrongValue(later.path, later.value, allowed)];
  });
}

function stemsOf(environment: EnvironmentConfig, path: string): NameStem[] {
  const { name } = environment;
  const services: readonly ServiceConfig[] = Array.isArray(environment.services) ? environment.services : [];
  return [
    ...[name, `${name}-platform`].map((stem) => ({ stem, environment, path: `${path}.name`, value: name })),
    ...services.map((service, index) => ({
      stem: `${name}-${service?.name}`,
      environment,
      path: `${path}.services[${index}].name`,
      value: service?.name,
    })),
  ];
}

/** Within one environment, names are held apart by other rules. */
const collide = (one: NameStem, other: NameStem): boolean =>
  one.stem === other.stem &&
  one.environment.name !== other.environment.name &&
  maySharePlace(one.environment, other.environment);

/** An account or region that is not given may be any. */
const maySharePlace = (one: EnvironmentConfig, other: EnvironmentConfig): boolean =>
  mayBeSame(one.account, other.account) && mayBeSame(one.region, other.region);

const mayBeSame = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one === other;
