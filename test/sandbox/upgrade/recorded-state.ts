import { secretName } from '../../../lib/contract/names';
import type { IssuerAccess } from '../../../lib/contract/platform-settings';
import { TAGS } from '../../../lib/contract/tags';
import type { KeyView } from '../../../sandbox/claude/console-key';
import type { Sandbox } from '../../../sandbox/sandbox';
import { RAG } from '../../support/world';

/**
 * Everything that a release has left of one service at one moment, as it was written. Keys are told by their number in
 * the order of creation, their ids and texts are filled in where the state is put back.
 */
export interface RecordedState {
  /** Where in a key's life it was taken. */
  readonly phase: string;
  readonly access: IssuerAccess;
  readonly at: string;
  readonly keys: readonly { readonly name: string; readonly status: KeyView['status'] }[];
  readonly rotationEnabled: boolean;
  /** What the rotation wrote on the secret. */
  readonly tags: Readonly<Record<string, string>>;
  /** Versions with labels, the oldest first; one that was only announced holds nothing. */
  readonly versions: readonly { readonly holds: string | null; readonly labels: readonly string[] }[];
  /** Registrations, spares and conditions, by name. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Takes down the state of the one service. */
export function recordState(sandbox: Sandbox, phase: string): RecordedState {
  const { environment, claude, settings, clock } = sandbox;
  const keys = [...claude.keys()].reverse();
  const numbered = (text: string): string =>
    keys.reduce(
      (known, { id }, index) => known.replaceAll(claude.rawKeyOf(id), textOfKey(index)).replaceAll(id, idOfKey(index)),
      text,
    );
  const secret = sandbox.secretsManager.secrets().find(({ name }) => name === secretName(environment, RAG));
  const versions = [...(secret?.versions ?? [])].filter(({ labels }) => labels.length > 0);
  const isKept = ({ name }: { readonly name: string }) =>
    name.startsWith('/claude-keys/') && !name.includes('/platform/');
  return {
    phase,
    access: settings.issuerAccess,
    at: clock.now().toISOString(),
    keys: keys.map(({ name, status }) => ({ name, status })),
    rotationEnabled: secret?.rotationEnabled ?? false,
    tags: Object.fromEntries([...(secret?.tags ?? [])].filter(([name]) => Object.values<string>(TAGS).includes(name))),
    versions: versions.map(({ value, labels }) => ({
      holds: value?.kind === 'text' ? numbered(value.text) : null,
      labels: [...labels].map(numbered).sort(),
    })),
    parameters: Object.fromEntries(
      sandbox.aws.ssm
        .parameters()
        .filter(isKept)
        .map(({ name, value }) => [numbered(name), numbered(value)]),
    ),
  };
}

/** A text of a recorded state with the ids and texts of keys that were made for it. */
export const filledIn = (text: string, keys: readonly { readonly id: string; readonly rawKey: string }[]): string =>
  keys.reduce(
    (known, { id, rawKey }, index) => known.replaceAll(textOfKey(index), rawKey).replaceAll(idOfKey(index), id),
    text,
  );

/** The same with every instant left out: what two recordings of one format have in common. */
export function formatOf(state: RecordedState): unknown {
  const text = JSON.stringify({ ...state, at: '' });
  return JSON.parse(text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'));
}

const idOfKey = (index: number): string => `<key ${index + 1}>`;
const textOfKey = (index: number): string => `<text of key ${index + 1}>`;
