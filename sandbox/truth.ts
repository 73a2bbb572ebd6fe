import { readLabels, type VersionMarks } from '../lib/contract/labels';
import { serviceOfSecretName, spareOfParameterName } from '../lib/contract/names';
import { PLACEHOLDER } from '../lib/contract/placeholder';
import type { SecretsManager } from './aws/secrets-manager/secrets-manager';
import type { Ssm } from './aws/ssm';
import type { ClaudeOrganization } from './claude/organization';

/** What the truth is read from. */
export interface World {
  readonly environment: string;
  readonly aws: { readonly ssm: Ssm };
  readonly secretsManager: SecretsManager;
  readonly claude: ClaudeOrganization;
}

/**
 * Where a key is. `current`, `pending`: the version under that label holds it; `former`: a version that was current;
 * `spare`: it waits on the shelf.
 */
export type Place = 'current' | 'pending' | 'former' | 'spare';

/** One key, by what the issuer and AWS really hold, never by what a function thinks. */
export interface KeyTruth {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'inactive' | 'archived' | 'expired';
  readonly accepted: boolean;
  readonly createdAt: Date;
  /** Every place it is in; a sound world has one service in it. */
  readonly places: readonly { readonly service: string; readonly place: Place }[];
}

/** What a secret holds under AWSCURRENT; `foreign` is a text that no key of the organization has. */
export type CurrentValue = 'placeholder' | 'foreign' | { readonly keyId: string };

export interface Truth {
  readonly now: Date;
  readonly keys: readonly KeyTruth[];
  /** By service. */
  readonly current: ReadonlyMap<string, CurrentValue>;
}

type Placement = KeyTruth['places'][number];

/** Reads the whole truth of a sandbox. Cheap: no call is made that a function could see. */
export function readTruth(world: World): Truth {
  const { claude } = world;
  const idOfText = new Map(claude.keys().map(({ id }) => [claude.rawKeyOf(id), id]));
  const places = new Map<string, Placement[]>();
  const put = (keyId: string, placement: Placement): void => {
    places.set(keyId, [...(places.get(keyId) ?? []), placement]);
  };
  const current = readSecrets(world, idOfText, put);
  for (const { service, keyId } of readSpares(world, idOfText)) put(keyId, { service, place: 'spare' });
  const keys = claude.keys().map(({ id, name, status, createdAt }) => {
    const accepted = claude.isAccepted(claude.rawKeyOf(id));
    return { id, name, status, createdAt, accepted, places: places.get(id) ?? [] };
  });
  return { now: claude.clock.now(), keys, current };
}

function readSecrets(
  { secretsManager, environment }: World,
  idOfText: ReadonlyMap<string, string>,
  put: (keyId: string, placement: Placement) => void,
): Truth['current'] {
  const current = new Map<string, CurrentValue>();
  for (const { name, versions } of secretsManager.secrets()) {
    const service = serviceOfSecretName(environment, name);
    if (!service) continue;
    for (const { labels, value } of versions) {
      const text = value?.kind === 'text' ? value.text : undefined;
      const keyId = text === undefined ? undefined : idOfText.get(text);
      const marks = readLabels(labels);
      if (marks.current) current.set(service, text === PLACEHOLDER ? 'placeholder' : keyId ? { keyId } : 'foreign');
      if (keyId && labels.length > 0) put(keyId, { service, place: placeOf(marks) });
    }
  }
  return current;
}

const placeOf = ({ current, pending }: VersionMarks): Placement['place'] =>
  current ? 'current' : pending ? 'pending' : 'former';

/** A spare is the key that it holds: where people look after the keys, it goes by the key's name. */
const readSpares = ({ aws, environment }: World, idOfText: ReadonlyMap<string, string>) =>
  aws.ssm.parameters().flatMap(({ name, value }) => {
    const spare = spareOfParameterName(environment, name);
    if (!spare) return [];
    const [, keyId] = [...idOfText].find(([text]) => value.includes(text)) ?? [];
    return [{ service: spare.service, keyId: keyId ?? spare.keyId }];
  });
