import { ApiKey } from '../../lib/core/api-key';
import type { UsageReport } from '../../lib/core/ports';
import { ClaudeConsoleKeys } from '../../lib/issuers/claude-console/admin';
import { ClaudeConsoleUsage } from '../../lib/issuers/claude-console/usage';
import { ClaudeConsoleVerifier } from '../../lib/issuers/claude-console/verifier';
import { fetchFrom } from '../../sandbox/claude/fetch';
import type { HttpHandler, HttpResponse } from '../../sandbox/http';
import { BASE_URL } from '../sandbox/claude/claude-world';
import {
  bearsBadAnswers,
  isCount,
  isText,
  isTextOrNull,
  isTime,
  isTimeOrNull,
  type Outside,
  type Probe,
  probe,
} from '../support/bad-answers/probe';
import { ClaudeConsoleWorld } from './claude-console-world';

const HOUR_MS = 3_600_000;
const UNCLEAR = 'nothing about the key';
const isUnclear = (verdict: unknown): boolean =>
  typeof verdict === 'object' && verdict !== null && 'kind' in verdict && verdict.kind === 'unclear';

/** Names, owners and times of a key are what the issuer says they are. */
const KEY = {
  ...{ id: isText, name: isText, partial_key_hint: isTextOrNull, created_at: isTime, expires_at: isTimeOrNull },
  ...{ workspace_id: isText, principal: (value: unknown) => value === null },
};
/** Who used a key, and how much, is what the issuer says. */
const USE = {
  ...{ api_key_id: isTextOrNull, requests: isCount, total_tokens: isCount, output_tokens: isCount },
  ...{ uncached_input_tokens: isCount, cache_read_input_tokens: isCount },
  ...{ ephemeral_5m_input_tokens: isCount, ephemeral_1h_input_tokens: isCount },
};

/** Every use is there, and the report claims to be complete no longer than it is. */
function claimsNoMore(report: UsageReport, truth: UsageReport): boolean {
  expect(report.lastUsedAt).toEqual(truth.lastUsedAt);
  expect(report.from).toEqual(truth.from);
  return !report.refreshedAt || (truth.refreshedAt !== undefined && report.refreshedAt <= truth.refreshedAt);
}

describe('a bad answer of the Claude API', () => {
  let world: ClaudeConsoleWorld;
  let used: { readonly id: string; readonly rawKey: string };
  let disabled: { readonly id: string; readonly rawKey: string };
  beforeEach(async () => {
    world = new ClaudeConsoleWorld();
    used = world.ourKey('used');
    disabled = world.ourKey('disabled');
    world.organization.createKey({
      name: 'expiring',
      workspaceId: world.workspaceId,
      owner: 'user',
      expiresAt: new Date('2027-01-01T00:00:00Z'),
    });
    world.organization.setStatus(disabled.id, 'inactive');
    await world.useKey(used.rawKey);
    await world.clock.advanceBy(5 * HOUR_MS);
    await world.useKey(used.rawKey);
    await world.clock.advanceBy(HOUR_MS);
  });

  const connection = (outside: HttpHandler) => ({ baseUrl: BASE_URL, fetch: fetchFrom(outside), maxRetries: 0 });
  const admin = (outside: HttpHandler) => ({
    ...connection(outside),
    workspaceId: world.workspaceId,
    adminKey: async () => new ApiKey(world.adminKey),
  });
  const verify = (text: string) => (outside: HttpHandler) =>
    new ClaudeConsoleVerifier(connection(outside)).verify(new ApiKey(text));
  const keys = (outside: HttpHandler) => new ClaudeConsoleKeys(admin(outside));
  const usage = (outside: HttpHandler) => new ClaudeConsoleUsage({ ...admin(outside), clock: world.clock });
  const hoursAgo = (hours: number): Date => new Date(world.clock.now().getTime() - hours * HOUR_MS);

  /** Every method, and what it may make of a bad answer besides the truth and an error. */
  const PROBES: Readonly<Record<string, () => Partial<Probe> & Pick<Probe, 'call'>>> = {
    'KeyVerifier.verify, of a key that lives': () => ({
      call: verify(used.rawKey),
      otherwise: UNCLEAR,
      allows: isUnclear,
    }),
    'KeyVerifier.verify, of a key that is dead': () => ({
      call: verify(disabled.rawKey),
      otherwise: UNCLEAR,
      allows: isUnclear,
    }),
    'IssuerKeys.list': () => ({ call: (outside) => keys(outside).list(), data: KEY }),
    'IssuerKeys.find': () => ({ call: (outside) => keys(outside).find(used.id), data: { ...KEY, id: () => false } }),
    'IssuerKeys.find, of none': () => ({ call: (outside) => keys(outside).find('apikey_none') }),
    'IssuerKeys.setStatus': () => ({
      call: (outside) => keys(outside).setStatus(used.id, 'inactive'),
      data: { workspace_id: isText },
    }),
    'UsageReports.since': () => ({
      call: (outside) => usage(outside).since(hoursAgo(20)),
      data: USE,
      otherwise: 'a report that claims to be complete up to an earlier time, or to no time',
      allows: (report, truth) => claimsNoMore(report as UsageReport, truth as UsageReport),
    }),
    'UsageReports.since, from the older report': () => {
      world.organization.settings.analyticsServed = false;
      return { call: (outside) => usage(outside).since(hoursAgo(20)), data: USE };
    },
  };

  const outside = (truth = world.handler): Outside => ({
    truth,
    code: 'IssuerFailed',
    secrets: () => [world.adminKey, used.rawKey, disabled.rawKey].map((key) => key.slice(20, 60)),
  });

  it.each(Object.keys(PROBES))('makes %s tell the truth, or say that it cannot', async (method) => {
    const made = PROBES[method]?.();
    if (!made) throw new Error('no such probe');
    await bearsBadAnswers(probe({ method, ...made }), outside());
  });

  /** The first page for ever, each with another word for the next. */
  const endless = (field: 'last_id' | 'next_page', cursorOf: (page: number) => string): HttpHandler => {
    let first: Promise<HttpResponse> | undefined;
    let pages = 0;
    return async (request) => {
      first ??= world.handler(request);
      const { body, ...rest } = await first;
      pages += 1;
      return { ...rest, body: JSON.stringify({ ...JSON.parse(body), has_more: true, [field]: cursorOf(pages) }) };
    };
  };
  const LISTS: Readonly<Record<string, (cursorOf: (page: number) => string) => Promise<unknown>>> = {
    'list of keys': (cursorOf) => keys(endless('last_id', cursorOf)).list(),
    'usage report': (cursorOf) => usage(endless('next_page', cursorOf)).since(hoursAgo(5)),
  };

  it.each(Object.keys(LISTS))('rejects a %s that comes round again', async (what) => {
    const message = expect.stringContaining('does not move on');
    await expect(LISTS[what]?.((page) => `p${page % 3}`)).rejects.toMatchObject({ code: 'IssuerFailed', message });
  });

  it.each(Object.keys(LISTS))('rejects a %s that does not end', async (what) => {
    const message = expect.stringContaining('1000 pages');
    await expect(LISTS[what]?.((page) => `p${page}`)).rejects.toMatchObject({ code: 'IssuerFailed', message });
  });
});
