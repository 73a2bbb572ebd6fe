import type { Hands } from './hands';
import { firstKey, isRevoked, replacedKey, type Scenario } from './scenarios';
import type { CommandEnd } from './terminal';

/** What operators do at the command line. Only the calls of their own machine are cut off. */
export const COMMANDS: readonly Scenario[] = [
  {
    name: 'keys stage',
    prepare: firstKey,
    act: async (hands) => {
      const [key = ''] = hands.createKeys(1);
      await hands.command(['stage', hands.sandbox.environment, hands.service], key, isOver);
      await hands.reconcile();
    },
  },
  {
    name: 'keys stage --missing',
    prepare: async () => {},
    act: async (hands) => {
      const keys = hands.createKeys(2);
      await hands.command(['stage', hands.sandbox.environment, '--missing'], keys.join('\n'), isOver);
      await hands.reconcile();
      await hands.reconcile();
    },
  },
  {
    name: 'keys rotate',
    prepare: async (hands) => {
      await firstKey(hands);
      await hands.stage(2);
    },
    act: async (hands) => {
      const before = await currentKey(hands);
      const rotate = ['rotate', hands.sandbox.environment, hands.service, '--timeout', '30'];
      // A person looks before starting a rotation again: it may be under way, or over.
      await hands.command(rotate, '', async () => (await currentKey(hands)) !== before);
      await hands.reconcile();
    },
  },
  {
    name: 'keys rotate --leaked',
    prepare: async (hands) => {
      await firstKey(hands);
      await hands.stage(2);
    },
    act: async (hands) => {
      const rotate = ['rotate', hands.sandbox.environment, hands.service, '--timeout', '30', '--yes', '--leaked'];
      // A person goes on as the command has said.
      const goOn = ({ err }: CommandEnd) => {
        const keyId = /--leaked (\S+)$/m.exec(err.join('\n'))?.[1];
        return keyId === undefined ? undefined : [...rotate, keyId];
      };
      await hands.command(rotate, '', async () => false, goOn);
      await hands.reconcile();
    },
    excuse: isRevoked(1),
    // Where it had to be run again, a run of the reconciler saw in between that the key was replaced.
    otherEnds: [
      [
        'key 1: inactive former AWSPREVIOUS KEY RETIRING REVOKED',
        'key 2: active current AWSCURRENT KEY',
        'key 3: active spare',
        'rotation on',
      ].join('\n'),
    ],
  },
  {
    name: 'keys undo',
    prepare: replacedKey,
    act: async (hands) => {
      await hands.command(['undo', hands.sandbox.environment, hands.service], '', isOver);
      await hands.reconcile();
    },
  },
  { name: 'keys status', prepare: replacedKey, act: async (hands) => void (await hands.status()) },
];

/** The other of two services, for whom nobody has staged a key yet. */
export const OTHER_SERVICE = 'chat-service';

/** An operator takes the key that one service has for a new key of another one. */
export const KEY_OF_ANOTHER_SERVICE: Scenario = {
  name: 'keys stage with the key of another service',
  prepare: firstKey,
  act: async (hands) => {
    const { environment, claude } = hands.sandbox;
    const refused = async (end: CommandEnd) => says('KeyOfAnotherService', end);
    await hands.command(['stage', environment, OTHER_SERVICE], claude.rawKeyOf(hands.keyId(1)), refused);
    await hands.reconcile();
  },
};

async function currentKey(hands: Hands): Promise<string | undefined> {
  const status = await hands.status();
  return status?.keys.find(({ state }) => state === 'active')?.keyId;
}

/** Errors by which a command that is run again says that the first run had done it all. */
const OVER = ['KeyAlreadyStaged', 'NothingToUndo'];

async function isOver(end: CommandEnd): Promise<boolean> {
  return OVER.some((code) => says(code, end));
}

const says = (code: string, { err }: CommandEnd): boolean => err.some((line) => line.startsWith(`error ${code}:`));
