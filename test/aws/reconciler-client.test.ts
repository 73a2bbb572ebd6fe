import { isDeepStrictEqual } from 'node:util';
import { ReconcilerClient } from '../../lib/aws/reconciler-client';
import type { HttpHandler } from '../../sandbox/http';
import {
  bearsBadAnswers,
  isCount,
  isText,
  isTextOrNull,
  isTimeOrNull,
  type Probe,
  probe,
} from '../support/bad-answers/probe';
import { clientsOf, onceFor, RAG } from './aws-under-test';

const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isTexts = (value: unknown): boolean => [value].flat().every((each) => typeof each === 'string');

/** A reconciler's answers, as its function gives them. */
const STATUS = {
  service: RAG,
  owner: 'search',
  registered: true,
  hasKey: true,
  keys: [
    {
      keyId: 'apikey_01b',
      name: 'prod-rag-service-1',
      state: 'active',
      createdAt: '2026-01-05T08:00:00.000Z',
      currentSince: '2026-01-05T08:00:00.000Z',
      expiresAt: null,
      lastUsedAt: null,
    },
  ],
  spares: 1,
  sparesAtLeast: 1,
  nextRotationAt: '2026-03-05T08:00:00.000Z',
  pausedUntil: null,
  conditions: ['no-spare'],
};
const LISTED = {
  id: 'apikey_01b',
  name: 'prod-rag-service-1',
  hint: 'sk-ant-...1234',
  status: 'active',
  createdAt: '2026-01-05T08:00:00.000Z',
  expiresAt: '2027-01-05T08:00:00.000Z',
  owner: 'service_account',
};
const UNDONE = { service: RAG, restoredKey: 'a', replacedKey: 'b', pausedUntil: '2026-01-12T08:00:00.000Z' };
const TWICE = 'the same twice';
/** A document with what its lists hold more than once taken out. */
const once = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_name, each: unknown) =>
      Array.isArray(each) ? [...new Set(each.map((item) => JSON.stringify(once(item))))] : each,
    ),
  );
const sameButTwice = (value: unknown, truth: unknown): boolean => isDeepStrictEqual(once(value), once(truth));

/** What the reconciler says to people: any text, time or number may be so. */
const SAID = {
  ...{ service: isText, owner: isText, keyId: isText, name: isTextOrNull, state: isText, hint: isTextOrNull },
  ...{ id: isText, restoredKey: isText, replacedKey: isText, reason: isText, code: isText, message: isText },
  ...{ disabled: isFlag, registered: isFlag, hasKey: isFlag, spares: isCount, sparesAtLeast: isCount },
  ...{ createdAt: isTimeOrNull, currentSince: isTimeOrNull, expiresAt: isTimeOrNull, lastUsedAt: isTimeOrNull },
  ...{
    now: isTimeOrNull,
    nextRotationAt: isTimeOrNull,
    pausedUntil: isTimeOrNull,
    conditions: isTexts,
    actions: isTexts,
  },
};

const reconciler = onceFor(
  (outside) => new ReconcilerClient(clientsOf(outside).lambda(), 'claude-keys-prod-reconcile'),
);
const answering =
  (result: object): HttpHandler =>
  async () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(result) });

const NOW = '2026-11-20T12:00:00.000Z';

const RECONCILER_PROBES: readonly (readonly [Probe, object])[] = [
  [
    probe({
      method: 'Reconciler.reconcile',
      call: (outside) => reconciler(outside).reconcile(),
      data: SAID,
      otherwise: TWICE,
      allows: sameButTwice,
    }),
    { ok: true, result: { services: [STATUS], actions: ['one', 'two'] } },
  ],
  [
    probe({
      method: 'Reconciler.status',
      call: (outside) => reconciler(outside).status(RAG),
      data: SAID,
      otherwise: TWICE,
      allows: sameButTwice,
    }),
    { ok: true, result: { now: NOW, services: [STATUS] } },
  ],
  [
    probe({ method: 'Reconciler.issuerKeys', call: (outside) => reconciler(outside).issuerKeys(), data: SAID }),
    { ok: true, result: { now: NOW, known: true, keys: [LISTED] } },
  ],
  [
    probe({ method: 'Reconciler.undo', call: (outside) => reconciler(outside).undo(RAG), data: SAID }),
    { ok: true, result: UNDONE },
  ],
  [
    probe({ method: 'Reconciler.revoke', call: (outside) => reconciler(outside).revoke(RAG, 'k1'), data: SAID }),
    { ok: true, result: { service: RAG, keyId: 'k1', disabled: true } },
  ],
];

describe('a bad answer of the reconciler', () => {
  it.each(RECONCILER_PROBES.map(([each, truth]) => [each.method, each, truth] as const))(
    'makes %s tell the truth, or reject',
    async (_method, each, truth) => {
      await bearsBadAnswers(each, { truth: answering(truth), code: 'AwsFailed', secrets: () => [] });
    },
  );

  it.each(['toString', 'Unheard', 'AwsFailed'])('gives the error AwsFailed for the code %s', async (code) => {
    const call = reconciler(answering({ ok: false, error: { code, message: 'no' } })).status();
    await expect(call).rejects.toMatchObject({ code: 'AwsFailed', retryable: true, message: 'no' });
  });

  it('passes on an error of ours as the reconciler words it', async () => {
    const call = reconciler(answering({ ok: false, error: { code: 'NothingToUndo', message: 'no' } })).undo(RAG);
    await expect(call).rejects.toMatchObject({ code: 'NothingToUndo', retryable: false, message: 'no' });
  });
});
