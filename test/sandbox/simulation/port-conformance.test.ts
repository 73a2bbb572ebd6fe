import { AWS_CURRENT, AWS_PENDING, AWS_PREVIOUS, keyLabel } from '../../../lib/contract/labels';
import { PLACEHOLDER } from '../../../lib/contract/placeholder';
import { ApiKey } from '../../../lib/core/api-key';
import { isKeyRotationError } from '../../../lib/core/errors';
import type { SecretState } from '../../../lib/core/ports';
import { adapterBench, type Bench, memoryBench } from './port-benches';

/** What a call came to: its answer, or the code of its refusal. */
const tried = async (call: Promise<unknown>): Promise<unknown> => {
  try {
    return await call;
  } catch (error) {
    return isKeyRotationError(error) ? `rejects with ${error.code}` : Promise.reject(error);
  }
};

const stateOf = async ({ ports, service }: Bench): Promise<SecretState> => {
  const state = await ports.directory.describe(service);
  if (!state) throw new Error('there is no secret');
  return state;
};

/** Labels of the versions, sorted, without the versions' names. */
const labels = async (bench: Bench): Promise<readonly string[]> =>
  [...(await stateOf(bench)).labels.values()].map((each) => [...each].sort().join(' ')).sort();

const holder = async (bench: Bench, label: string): Promise<string> =>
  [...(await stateOf(bench)).labels].find(([, each]) => each.includes(label))?.[0] ?? 'nobody';

/** A rotation that has announced its version and found no spare. */
const begun = async (bench: Bench): Promise<string> => {
  await bench.ports.control.start((await stateOf(bench)).arn);
  await bench.settle();
  return holder(bench, AWS_PENDING);
};

const filled = async (bench: Bench, token: string, label = 'KEY-one'): Promise<ApiKey> => {
  const key = new ApiKey(bench.makeKey('prod-one').text);
  await bench.ports.versions.putPending((await stateOf(bench)).arn, token, key, [AWS_PENDING, label]);
  return key;
};

interface Row {
  readonly behaviour: string;
  readonly play: (bench: Bench) => Promise<unknown>;
  readonly outcome: unknown;
}

const ROWS: readonly Row[] = [
  {
    behaviour: 'a new secret holds the placeholder, with rotation on',
    play: async (bench) => {
      const { arn, rotationEnabled, rotationConfigured, lastRotatedAt } = await stateOf(bench);
      const text = await bench.ports.versions.read(arn, await holder(bench, AWS_CURRENT), AWS_CURRENT);
      return [await labels(bench), rotationEnabled, rotationConfigured, lastRotatedAt, text?.reveal()];
    },
    outcome: [[AWS_CURRENT], true, true, undefined, PLACEHOLDER],
  },
  {
    behaviour: 'a read of another label is refused, a read of another version finds nothing',
    play: async (bench) => {
      const { arn } = await stateOf(bench);
      const { versions } = bench.ports;
      const current = await holder(bench, AWS_CURRENT);
      return [await tried(versions.read(arn, current, AWS_PENDING)), await tried(versions.read(arn, bench.newToken()))];
    },
    outcome: ['rejects with AwsFailed', undefined],
  },
  {
    behaviour: 'a rotation announces a version without a value, and a second one does not begin',
    play: async (bench) => {
      const token = await begun(bench);
      const { arn } = await stateOf(bench);
      const { control, versions } = bench.ports;
      const again = await tried(control.start(arn));
      await bench.settle();
      return [await labels(bench), again, await versions.read(arn, token), await tried(control.resume(arn))];
    },
    outcome: [[AWS_CURRENT, AWS_PENDING], false, undefined, 'rejects with AwsFailed'],
  },
  {
    behaviour: 'a version takes one value only, and takes the same one again',
    play: async (bench) => {
      const token = await begun(bench);
      const { arn } = await stateOf(bench);
      const key = await filled(bench, token);
      const { versions } = bench.ports;
      const again = await tried(versions.putPending(arn, token, key, [AWS_PENDING, 'KEY-one']));
      const other = new ApiKey(bench.makeKey('prod-two').text);
      const another = await tried(versions.putPending(arn, token, other, [AWS_PENDING]));
      const held = await versions.read(arn, token, AWS_PENDING);
      return [again, another, held?.equals(key), await labels(bench)];
    },
    outcome: [undefined, 'rejects with StateChangedMeanwhile', true, [AWS_CURRENT, `${AWS_PENDING} KEY-one`]],
  },
  {
    behaviour: 'AWSCURRENT moves from where it is alone, leaves AWSPREVIOUS, and is never taken off',
    play: async (bench) => {
      const token = await begun(bench);
      await filled(bench, token);
      const { arn } = await stateOf(bench);
      const { versions } = bench.ports;
      const first = await holder(bench, AWS_CURRENT);
      const wrong = await versions.moveLabel(arn, AWS_CURRENT, { from: token, to: token });
      const right = await versions.moveLabel(arn, AWS_CURRENT, { from: first, to: token });
      const off = await versions.moveLabel(arn, AWS_CURRENT, { from: token });
      return [wrong, right, off, await labels(bench)];
    },
    outcome: [false, true, false, [`${AWS_CURRENT} ${AWS_PENDING} KEY-one`, AWS_PREVIOUS]],
  },
  {
    behaviour: 'a label is added, found in its place, and taken off once',
    play: async (bench) => {
      const token = await begun(bench);
      const { arn } = await stateOf(bench);
      const { versions } = bench.ports;
      const first = await holder(bench, AWS_CURRENT);
      return [
        await versions.moveLabel(arn, 'RETIRING-now', { to: first }),
        await versions.moveLabel(arn, 'RETIRING-now', { to: first }),
        await versions.moveLabel(arn, 'RETIRING-now', { to: token }),
        await versions.moveLabel(arn, 'RETIRING-now', { from: token }),
        await versions.moveLabel(arn, 'RETIRING-now', { from: first }),
        await versions.moveLabel(arn, 'RETIRING-now', { from: first }),
        await tried(versions.moveLabel(arn, 'RETIRING-now', { to: bench.newToken() })),
      ];
    },
    outcome: [true, true, false, false, true, false, 'rejects with AwsFailed'],
  },
  {
    behaviour: 'a secret has twenty labels and no more',
    play: async (bench) => {
      const { arn } = await stateOf(bench);
      const current = await holder(bench, AWS_CURRENT);
      const outcomes: unknown[] = [];
      for (let number = 1; number <= 20; number++) {
        outcomes.push(await tried(bench.ports.versions.moveLabel(arn, keyLabel(`k${number}`), { to: current })));
      }
      return [outcomes.filter((each) => each === true).length, outcomes.at(-1)];
    },
    outcome: [19, 'rejects with AwsFailed'],
  },
  {
    behaviour: 'rotation is turned off with its date, and on again',
    play: async (bench) => {
      const { arn } = await stateOf(bench);
      const seen: unknown[] = [];
      for (const act of ['pause', 'resume'] as const) {
        await bench.ports.control[act](arn);
        const { rotationEnabled, rotationConfigured, nextRotationAt } = await stateOf(bench);
        seen.push([rotationEnabled, rotationConfigured, nextRotationAt !== undefined]);
      }
      return seen;
    },
    outcome: [
      [false, true, false],
      [true, true, true],
    ],
  },
  {
    behaviour: 'a version says when it was filled',
    play: async (bench) => {
      const token = await begun(bench);
      const { arn } = await stateOf(bench);
      const dates = await bench.ports.versions.filledAt(arn);
      return [dates.size, dates.get(token) instanceof Date];
    },
    outcome: [2, true],
  },
  {
    behaviour: 'a secret that waits for its deletion is found by its ARN alone, and takes nothing',
    play: async (bench) => {
      const { arn } = await stateOf(bench);
      const current = await holder(bench, AWS_CURRENT);
      await bench.deleteSecret();
      const { directory, versions, control } = bench.ports;
      return [
        await directory.describe(bench.service),
        (await directory.list()).some(({ service }) => service === bench.service),
        (await directory.describeByArn(arn)).service === bench.service,
        await tried(versions.read(arn, current)),
        await tried(versions.putPending(arn, bench.newToken(), new ApiKey(PLACEHOLDER), [AWS_PENDING])),
        await tried(versions.moveLabel(arn, 'RETIRING-now', { to: current })),
        await tried(control.pause(arn)),
      ];
    },
    outcome: [
      undefined,
      false,
      true,
      'rejects with AwsFailed',
      'rejects with AwsFailed',
      'rejects with AwsFailed',
      'rejects with AwsFailed',
    ],
  },
  {
    behaviour: 'a spare is added once, read with its key, and removed as often as anybody likes',
    play: async (bench) => {
      const { id, text } = bench.makeKey('prod-one');
      const { spares } = bench.ports;
      const { service } = bench;
      const at = new Date('2026-03-02T08:00:00Z');
      const spare = { service, keyId: id, key: new ApiKey(text), keyName: 'prod-one', createdAt: at, stagedAt: at };
      const added = [await spares.add(spare), await spares.add(spare)];
      const listed = (await spares.list(service)).map(({ keyId }) => keyId === id);
      const read = await spares.read(service, id);
      await spares.remove(service, id);
      await spares.remove(service, id);
      return [added, listed, read?.key.reveal() === text, await spares.read(service, id), await spares.list(service)];
    },
    outcome: [[true, false], [true], true, undefined, []],
  },
  {
    behaviour: 'a key is disabled and enabled, and archived for good',
    play: async (bench) => {
      const { id } = bench.makeKey('prod-one');
      const { keys } = bench.ports;
      const statuses: unknown[] = [];
      for (const status of ['inactive', 'inactive', 'active', 'archived', 'active'] as const) {
        statuses.push([await tried(keys.setStatus(id, status)), (await keys.find(id))?.status]);
      }
      return [
        statuses,
        await tried(keys.setStatus('apikey_of_nobody', 'inactive')),
        await keys.find('apikey_of_nobody'),
      ];
    },
    outcome: [
      [
        [undefined, 'inactive'],
        [undefined, 'inactive'],
        [undefined, 'active'],
        [undefined, 'archived'],
        ['rejects with IssuerFailed', 'archived'],
      ],
      'rejects with IssuerFailed',
      undefined,
    ],
  },
  {
    behaviour: 'the issuer accepts a key that was made, and no other text',
    play: async (bench) => {
      const { text } = bench.makeKey('prod-one');
      const { verifier } = bench.ports;
      return [(await verifier.verify(new ApiKey(text))).kind, (await verifier.verify(new ApiKey(PLACEHOLDER))).kind];
    },
    outcome: ['live', 'dead'],
  },
  {
    behaviour: 'the report says up to when it is complete, and has no entry for a key without use',
    play: async (bench) => {
      bench.makeKey('prod-one');
      const [state] = await bench.ports.directory.list();
      const { refreshedAt, lastUsedAt } = await bench.ports.usage.since(state?.createdAt ?? new Date());
      return [refreshedAt instanceof Date, lastUsedAt.size];
    },
    outcome: [true, 0],
  },
];

const LONG_MS = 120_000;

describe.each([
  { name: 'the ports in memory', open: memoryBench },
  { name: 'the adapters on the sandbox', open: adapterBench },
])('$name', ({ open }) => {
  it.each(ROWS)(
    '$behaviour',
    async ({ play, outcome }) => {
      const bench = await open();
      try {
        expect(await play(bench)).toEqual(outcome);
      } finally {
        await bench.dispose();
      }
    },
    LONG_MS,
  );
});
