import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { readAdminKey } from '../../lib/aws/admin-key';
import { callAws } from '../../lib/aws/errors';
import { AwsFigures } from '../../lib/aws/figures';
import { AwsMessages } from '../../lib/aws/messages';
import { AwsServiceRegistry } from '../../lib/aws/registry';
import { AwsSecrets } from '../../lib/aws/secrets';
import { readPlatformSettings } from '../../lib/aws/settings';
import { AwsSpareShelf } from '../../lib/aws/spares';
import { AWS_CURRENT, AWS_PENDING, disablingLabel, keyLabel } from '../../lib/contract/labels';
import { registrationsPath } from '../../lib/contract/names';
import { ApiKey } from '../../lib/core/api-key';
import type { SecretState, Spare } from '../../lib/core/ports';
import type { HttpHandler, HttpResponse } from '../../sandbox/http';
import { bearsBadAnswers, isText, type Outside, type Probe, probe } from '../support/bad-answers/probe';
import { AwsUnderTest, CHAT, clientsOf, ENVIRONMENT, onceFor, RAG, VERSIONS } from './aws-under-test';

const ssm = onceFor((outside) => clientsOf(outside).ssm());
const secretsManager = onceFor((outside) => clientsOf(outside).secretsManager());
const secrets = onceFor((outside) => new AwsSecrets(clientsOf(outside).secretsManager(), ENVIRONMENT));
const shelf = onceFor((outside) => new AwsSpareShelf(clientsOf(outside).ssm(), ENVIRONMENT));
const registry = onceFor((outside) => new AwsServiceRegistry(clientsOf(outside).ssm(), ENVIRONMENT));
/** Objects that hold a key are compared by its text, which no comparison of objects sees. */
const revealed = (spare: Spare | undefined) => spare && { ...spare, key: spare.key.reveal() };
const spareOf = (aws: AwsUnderTest, keyId: string): Spare => {
  const time = aws.account.clock.now();
  return { service: RAG, keyId, key: new ApiKey(aws.keys[2]), keyName: keyId, createdAt: time, stagedAt: time };
};

/** The labels of a version are data, as far as they are texts. */
const LABELS = Object.fromEntries(
  VERSIONS.map((id) => [id, (value: unknown) => [value ?? []].flat().every((each) => typeof each === 'string')]),
);

/** Without a token there is no telling that more would come. */
const isAbsent = (value: unknown): boolean => value === undefined || value === null;

const LESS = 'less than all of it, on which nothing is decided without a second look';
const WITHOUT_REST = 'the same without what only people look at, or as if rotation were off, which turns it on';

/** Service, ARN, age and labels, which decide, are the truth; tags and times of rotations may be missing. */
function sameInWhatDecides(state: SecretState | undefined, truth: SecretState | undefined, labels = truth?.labels) {
  if (!state || !truth) return false;
  const { service, arn, createdAt } = truth;
  expect(state).toMatchObject({ service, arn, createdAt });
  expect(state.labels).toEqual(labels);
  expect([undefined, truth.lastRotatedAt]).toContainEqual(state.lastRotatedAt);
  expect([undefined, truth.nextRotationAt]).toContainEqual(state.nextRotationAt);
  expect([false, truth.rotationEnabled]).toContain(state.rotationEnabled);
  return true;
}

const LIST_OF_SECRETS = probe<readonly SecretState[]>({
  method: 'SecretDirectory.list',
  call: async (outside) => secrets(outside).list(),
  data: LABELS,
  otherwise: LESS,
  allows: (list, truth) =>
    list.every((state) => {
      const true_ = truth.find(({ service }) => service === state.service);
      return sameInWhatDecides(state, true_, state.labels.size === 0 ? new Map() : true_?.labels);
    }),
});

/** Every method of every adapter on AWS, and what it may make of a bad answer besides the truth and an error. */
const PROBES: readonly ((aws: AwsUnderTest) => Probe)[] = [
  () => LIST_OF_SECRETS,
  () =>
    probe({
      method: 'SecretDirectory.describe',
      call: (outside) => secrets(outside).describe(RAG),
      data: LABELS,
      otherwise: WITHOUT_REST,
      allows: sameInWhatDecides,
    }),
  () =>
    probe({ method: 'SecretDirectory.describe, of no secret', call: (outside) => secrets(outside).describe('none') }),
  (aws) =>
    probe({
      method: 'SecretDirectory.describeByArn',
      call: (outside) => secrets(outside).describeByArn(aws.arn),
      data: LABELS,
      otherwise: WITHOUT_REST,
      allows: sameInWhatDecides,
      codes: ['BadRequest'],
    }),
  (aws) =>
    probe({
      method: 'SecretVersions.read',
      call: async (outside) => (await secrets(outside).read(aws.arn, VERSIONS[2], AWS_PENDING))?.reveal(),
      data: { SecretString: isText },
    }),
  (aws) =>
    probe({
      method: 'SecretVersions.read, of no version',
      call: async (outside) => (await secrets(outside).read(aws.arn, VERSIONS[2].replace('2', '9')))?.reveal(),
    }),
  (aws) =>
    probe({
      method: 'SecretVersions.putPending',
      call: (outside) =>
        secrets(outside).putPending(aws.arn, VERSIONS[2], new ApiKey(aws.keys[2]), [
          AWS_PENDING,
          keyLabel('apikey_01c'),
        ]),
    }),
  (aws) =>
    probe({
      method: 'SecretVersions.putPending, over another value',
      call: (outside) =>
        secrets(outside)
          .putPending(aws.arn, VERSIONS[2], new ApiKey(aws.keys[0]), [AWS_PENDING])
          .catch((error: { readonly code?: string }) => {
            if (error.code === 'StateChangedMeanwhile') return error.code;
            throw error;
          }),
    }),
  (aws) =>
    probe({
      method: 'SecretVersions.moveLabel',
      call: (outside) =>
        secrets(outside).moveLabel(aws.arn, disablingLabel(aws.account.clock.now()), { to: VERSIONS[0] }),
    }),
  (aws) =>
    probe({
      method: 'SecretVersions.moveLabel, from where it is not',
      call: (outside) => secrets(outside).moveLabel(aws.arn, AWS_CURRENT, { from: VERSIONS[0], to: VERSIONS[2] }),
    }),
  (aws) =>
    probe({
      method: 'SecretVersions.filledAt',
      call: (outside) => secrets(outside).filledAt(aws.arn),
      data: { VersionId: isText },
      otherwise: 'nothing about a version that is not named',
      allows: (dates, truth) =>
        [...dates].every(([id, time]) => !truth.has(id) || Number(time) === Number(truth.get(id))),
    }),
  (aws) =>
    probe({ method: 'RotationControl.start', call: (outside) => secrets(outside).start(aws.restingArns[0] ?? '') }),
  (aws) =>
    probe({ method: 'RotationControl.start, when in progress', call: (outside) => secrets(outside).start(aws.arn) }),
  (aws) =>
    probe({ method: 'RotationControl.pause', call: (outside) => secrets(outside).pause(aws.restingArns[1] ?? '') }),
  (aws) =>
    probe({ method: 'RotationControl.resume', call: (outside) => secrets(outside).resume(aws.restingArns[2] ?? '') }),
  (aws) =>
    probe({
      method: 'SecretTags.put',
      call: (outside) => secrets(outside).put(aws.arn, new Map([['owner', 'search']])),
    }),
  () =>
    probe({ method: 'SpareShelf.list', call: (outside) => shelf(outside).list(RAG), data: { NextToken: isAbsent } }),
  () =>
    probe({
      method: 'SpareShelf.read',
      call: async (outside) => revealed(await shelf(outside).read(RAG, 'apikey_spare1')),
      codes: ['BadRecord'],
    }),
  () => probe({ method: 'SpareShelf.read, of none', call: (outside) => shelf(outside).read(RAG, 'apikey_none') }),
  (aws) =>
    probe({
      method: 'SpareShelf.add',
      call: (outside) => shelf(outside).add(spareOf(aws, 'apikey_new')),
    }),
  (aws) =>
    probe({
      method: 'SpareShelf.add, of one that is there',
      call: (outside) => shelf(outside).add(spareOf(aws, 'apikey_spare1')),
    }),
  () => probe({ method: 'SpareShelf.remove', call: (outside) => shelf(outside).remove(RAG, 'apikey_spare12') }),
  () => probe({ method: 'SpareShelf.remove, of none', call: (outside) => shelf(outside).remove(RAG, 'apikey_none') }),
  () =>
    probe({
      method: 'ServiceRegistry.list',
      call: (outside) => registry(outside).list(),
      otherwise: LESS,
      allows: (list, truth) => list.every((each) => truth.some(({ service }) => service === each.service)),
    }),
  () =>
    probe({ method: 'ServiceRegistry.find', call: (outside) => registry(outside).find(CHAT), codes: ['BadRecord'] }),
  () => probe({ method: 'ServiceRegistry.find, of none', call: (outside) => registry(outside).find('none') }),
  () =>
    probe({
      method: 'readPlatformSettings',
      call: (outside) => readPlatformSettings(ssm(outside), ENVIRONMENT),
      codes: ['BadRecord'],
    }),
  () =>
    probe({
      method: 'readAdminKey',
      call: async (outside) => (await readAdminKey(secretsManager(outside), ENVIRONMENT)).reveal(),
      data: { SecretString: isText },
    }),
  (aws) =>
    probe({
      method: 'Figures.publish',
      call: (outside) =>
        new AwsFigures(clientsOf(outside).cloudWatch(), aws.account.clock).publish([
          { name: 'InCondition', value: 1, dimensions: { Environment: ENVIRONMENT } },
        ]),
    }),
  (aws) =>
    probe({
      method: 'Messages.send',
      call: (outside) =>
        new AwsMessages(clientsOf(outside).sns(), { critical: aws.topicArn, warning: aws.topicArn }).send('warning', {
          subject: 'Disable a key',
          text: 'Now',
        }),
    }),
];

describe('a bad answer of AWS', () => {
  let aws: AwsUnderTest;
  beforeAll(async () => {
    aws = await AwsUnderTest.create();
  });

  const outside = (): Outside => ({ truth: aws.handler, code: 'AwsFailed', secrets: () => aws.secretTexts() });
  const named = PROBES.map((make) => [make(new AwsUnderTest()).method, make] as const);

  it.each(named)('makes %s tell the truth, or reject', async (_method, make) => {
    await bearsBadAnswers(make(aws), outside());
  });

  const LISTS: readonly (readonly [string, (handler: HttpHandler) => Promise<unknown>])[] = [
    ['secrets', (handler) => secrets(handler).list()],
    ['versions', (handler) => secrets(handler).filledAt(aws.arn)],
    ['spares', (handler) => shelf(handler).list()],
    ['registrations', (handler) => registry(handler).list()],
  ];

  /** The first page for ever, each with another word for the next. */
  const endless = (tokenOf: (page: number) => string): HttpHandler => {
    let first: Promise<HttpResponse> | undefined;
    let pages = 0;
    return async (request) => {
      first ??= aws.handler(request);
      const { body, ...rest } = await first;
      pages += 1;
      return { ...rest, body: JSON.stringify({ ...JSON.parse(body), NextToken: tokenOf(pages) }) };
    };
  };

  it.each(LISTS)('rejects a list of %s that comes round again', async (_what, list) => {
    const call = list(endless((page) => `page ${page % 3}`));
    await expect(call).rejects.toMatchObject({
      code: 'AwsFailed',
      message: expect.stringContaining('does not move on'),
    });
  });

  it.each(LISTS)('rejects a list of %s that does not end', async (_what, list) => {
    const call = list(endless((page) => `page ${page}`));
    await expect(call).rejects.toMatchObject({ code: 'AwsFailed', message: expect.stringContaining('1000 pages') });
  });

  it('is found by these tests when an adapter misreads it', async () => {
    const naive = async (handler: HttpHandler) => {
      const command = new GetParametersByPathCommand({ Path: registrationsPath(ENVIRONMENT) });
      const { Parameters = [] } = await callAws('ssm:GetParametersByPath', () =>
        clientsOf(handler).ssm().send(command),
      );
      return new Set(Parameters.map(({ Name }) => Name));
    };
    const finding = bearsBadAnswers({ method: 'naive', call: naive }, outside());
    await expect(finding).rejects.toThrow(/Counterexample: \[\{"kind":"(drop|set|body)"/);
  });
});
