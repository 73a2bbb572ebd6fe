import type { VirtualClock } from '../clock';
import type { Random } from '../random';
import { ActivityFeed, CONSOLE_USER, type FeedActor, feedActorOf } from './activity-feed';
import { badRequest, errorOf, notFound } from './api-error';
import {
  type Actor,
  ConsoleKey,
  type CreatedKey,
  type CreateKeyRequest,
  type KeyView,
  type WritableStatus,
} from './console-key';
import type { PlannedFault } from './faults';
import { hintOfText, makeCollidingKeyText, makeId, makeKeyText } from './key-text';
import { KeyTexts } from './key-texts';
import { Members } from './members';
import type { MinuteTally } from './minute-tally';
import { MODELS } from './models';
import { RateLimits } from './rate-limits';
import { DEFAULT_SETTINGS, type OrganizationSettings } from './settings';
import { SpendLimits } from './spend-limits';
import { Standing } from './standing';
import { tallyOf, UsageLedger } from './usage-ledger';
import { Workspaces } from './workspaces';

export interface OrganizationOptions extends Partial<OrganizationSettings> {
  /** Its UUID, for one that configuration names already. @default - a random one */
  readonly id?: string;
}

/** Whom a text authenticates, if anybody. */
export type Identity =
  | { readonly kind: 'key'; readonly id: string; readonly workspaceId: string | null; readonly principal: Actor | null }
  | { readonly kind: 'admin'; readonly id: string; readonly createdAt: Date };

/** Refused requests by key id; those with a text the organization does not know are under this name. */
export const UNKNOWN_KEY = 'unknown';

/**
 * One simulated Claude organization: its workspaces, the keys that people make in its Console, and what it has seen
 * of their use. It has no way to tell a key's text but the one moment of creation, and `rawKeyOf` for checkers.
 */
export class ClaudeOrganization {
  readonly id: string;
  readonly createdAt: Date;
  readonly defaultWorkspaceId: string;
  readonly settings: OrganizationSettings;
  /** Faults to come, in the order they are used up. */
  readonly faults: PlannedFault[] = [];
  readonly workspaces = new Workspaces();
  readonly rateLimits: RateLimits;
  readonly spendLimits = new SpendLimits();
  readonly standing: Standing;
  readonly feed: ActivityFeed;
  readonly ledger = new UsageLedger();
  readonly #keys = new Map<string, ConsoleKey>();
  readonly #adminKeys = new Map<string, Date>();
  readonly #texts = new KeyTexts();
  readonly #members = new Members();
  readonly #refusals = new Map<string, MinuteTally>();

  constructor(
    readonly clock: VirtualClock,
    readonly random: Random,
    { id, ...settings }: OrganizationOptions = {},
  ) {
    this.id = id ?? random.uuid();
    this.createdAt = clock.now();
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
    this.rateLimits = new RateLimits(this.settings);
    this.standing = new Standing(clock, this.settings);
    this.feed = new ActivityFeed(clock, this.settings);
    this.defaultWorkspaceId = this.addWorkspace();
  }

  /** @param id for a workspace that configuration names already; else a random one */
  addWorkspace(id = makeId(this.random, 'wrkspc'), name = 'A workspace'): string {
    this.workspaces.add({ id, name, createdAt: this.clock.now() }, this.settings.activeWorkspaces);
    return id;
  }

  hasWorkspace(id: string): boolean {
    return this.workspaces.isActive(id);
  }

  /** Archives a workspace for good, and some seconds later its keys. */
  archiveWorkspace(id: string, by: FeedActor = CONSOLE_USER): void {
    if (id === this.defaultWorkspaceId) throw badRequest('the default workspace cannot be archived');
    if (!this.workspaces.archive(id, this.clock.now())) return;
    this.clock.after(this.settings.workspaceArchivalDelayMs, `keys of ${id} are archived`, () =>
      this.#archiveKeys((key) => key.workspaceId === id, by),
    );
  }

  /** A person joins the organization. */
  addUser(): Actor {
    return { type: 'user', id: makeId(this.random, 'user') };
  }

  addServiceAccount(): Actor {
    return { type: 'service_account', id: makeId(this.random, 'svac') };
  }

  /** A user is removed from the organization: their personal keys are archived, keys they made for others stay. */
  removeUser(user: Actor): void {
    this.#members.leave(user, this.clock.now());
    this.#archiveKeys((key) => key.principal?.id === user.id, CONSOLE_USER);
  }

  /** A service account is archived: its keys stop being accepted. */
  archiveServiceAccount(account: Actor): void {
    this.#members.leave(account, this.clock.now());
    if (!this.settings.archivesKeysOfServiceAccounts) return;
    this.#archiveKeys((key) => key.principal?.id === account.id, CONSOLE_USER);
  }

  /** A service account loses one workspace: its keys stop being accepted there. */
  removeFromWorkspace(account: Actor, workspaceId: string): void {
    this.#members.leave(account, this.clock.now(), workspaceId);
  }

  /** Whether an actor may still act, in a workspace or at large. It goes on for a little after it was taken away. */
  mayAct(actor: Actor | null, workspaceId: string | null): boolean {
    const by = new Date(this.clock.now().getTime() - this.settings.deactivationDelayMs);
    return actor === null || !this.#members.hadLeft(actor, by, workspaceId);
  }

  /** A person creates a key in the Console. The only place where its text is ever shown. */
  createKey(request: CreateKeyRequest): CreatedKey {
    const workspaceId = request.workspaceId === undefined ? this.defaultWorkspaceId : request.workspaceId;
    if (workspaceId !== null && !this.hasWorkspace(workspaceId)) throw notFound('there is no such workspace');
    const owner = request.owner ?? 'service_account';
    if (workspaceId === null && owner === 'none') throw badRequest('a key without an owner needs a workspace');
    this.#refuseBeyondLimits(workspaceId);
    const rawKey = this.#newText(request);
    const principal = this.#actorOf(owner);
    return this.#add(rawKey, {
      workspaceId,
      name: request.name,
      hint: request.hint === 'none' ? null : hintOfText(rawKey),
      expiresAt: request.expiresAt ?? null,
      principal,
      createdBy: request.createdBy === null ? null : (principal ?? this.addUser()),
    });
  }

  /** A person creates an admin key in the Console. No API lists it. */
  createAdminKey(): CreatedKey {
    const id = makeId(this.random, 'adminkey');
    const rawKey = makeKeyText(this.random, 'admin01');
    this.#texts.add(id, rawKey);
    this.#adminKeys.set(id, this.clock.now());
    this.feed.record('admin_api_key_created', CONSOLE_USER, { admin_api_key_id: id });
    return { id, rawKey };
  }

  /** A person deletes an admin key in the Console. */
  deleteAdminKey(id: string): void {
    this.#texts.remove(id);
    this.#adminKeys.delete(id);
    this.feed.record('admin_api_key_deleted', CONSOLE_USER, { admin_api_key_id: id });
  }

  /** Every Console key, newest first, without its text. */
  keys(): readonly KeyView[] {
    return [...this.#keys.values()].map((key) => key.viewAt(this.clock.now())).reverse();
  }

  key(id: string): KeyView {
    return this.#find(id).viewAt(this.clock.now());
  }

  /** For checkers alone: the text of a key. */
  rawKeyOf(id: string): string {
    return this.#texts.textOf(id);
  }

  /** Whether a request with this text would be accepted now. */
  isAccepted(rawKey: string): boolean {
    return this.identify(rawKey) !== undefined;
  }

  /** Changes a key's status, as the Admin API and the Console's buttons do. */
  setStatus(id: string, status: WritableStatus, by: FeedActor = CONSOLE_USER): void {
    const key = this.#find(id);
    const now = this.clock.now();
    const before = key.statusAt(now);
    if (!key.canBecome(status, now)) {
      throw errorOf(this.settings.finalStatusRefusal, `an ${before} key cannot become ${status}`);
    }
    if (before === status) return;
    if (status === 'active') this.#refuseBeyondLimits(key.facts.workspaceId);
    key.become(status, now, this.settings.deactivationDelayMs);
    this.feed.recordUpdate(id, { type: 'status', previous_value: before, current_value: status }, by);
  }

  rename(id: string, name: string, by: FeedActor = CONSOLE_USER): void {
    const { name: before } = this.key(id);
    if (before === name) return;
    this.#find(id).rename(name);
    this.feed.recordUpdate(id, { type: 'name', previous_value: before, current_value: name }, by);
  }

  /**
   * Somebody reports to the platform that a key is public, as a scan of public repositories does. The platform
   * switches an active key off some minutes later, and tells nobody but the activity feed.
   * @param key its id or its text
   */
  reportLeak(key: string): void {
    const { id } = this.key(this.#texts.idOf(key) ?? key);
    this.clock.after(this.settings.leakDeactivationDelayMs, `leaked key ${id} is switched off`, () => {
      const { leakedKeyStatus, leakActorType } = this.settings;
      if (this.key(id).status === 'active') this.setStatus(id, leakedKeyStatus, { type: leakActorType });
    });
  }

  /** Whom a text authenticates now; undefined when the platform would refuse it. */
  identify(rawKey: string): Identity | undefined {
    const id = this.#texts.idOf(rawKey);
    if (id === undefined) return undefined;
    const createdAt = this.#adminKeys.get(id);
    if (createdAt) return { kind: 'admin', id, createdAt };
    const key = this.#find(id);
    const { workspaceId, principal } = key.facts;
    if (!key.isAcceptedAt(this.clock.now()) || !this.mayAct(principal, workspaceId)) return undefined;
    return { kind: 'key', id, workspaceId, principal };
  }

  /** Up to when the reports of use are complete, by the minute. */
  get analyticsRefreshedAt(): Date {
    const { analyticsDelayMs, analyticsStalledAt } = this.settings;
    const refreshedMs = this.clock.now().getTime() - analyticsDelayMs;
    const stalledMs = analyticsStalledAt?.getTime() ?? Number.POSITIVE_INFINITY;
    return new Date(Math.floor(Math.min(refreshedMs, stalledMs) / 60_000) * 60_000);
  }

  /** Accepted uses, by key id. The truth, without the report's delay. */
  get use(): ReadonlyMap<string, MinuteTally> {
    return this.ledger.byKey;
  }

  /** Refused requests, by key id. What consumers have suffered: the platform itself reports none of it. */
  get refusals(): ReadonlyMap<string, MinuteTally> {
    return this.#refusals;
  }

  recordUse(keyId: string, workspaceId = this.key(keyId).workspaceId, model: string = MODELS[0].id): void {
    this.ledger.record({ keyId, workspaceId, model }, this.clock.now());
  }

  recordRefusal(rawKey: string): void {
    tallyOf(this.#refusals, this.#texts.idOf(rawKey) ?? UNKNOWN_KEY).add(this.clock.now());
  }

  #add(rawKey: string, facts: Omit<KeyView, 'id' | 'status' | 'createdAt'>): CreatedKey {
    const id = makeId(this.random, 'apikey');
    this.#keys.set(id, new ConsoleKey({ ...facts, id, createdAt: this.clock.now() }));
    this.#texts.add(id, rawKey);
    const by = facts.createdBy === null ? CONSOLE_USER : feedActorOf(facts.createdBy);
    this.feed.record('platform_api_key_created', by, { api_key_id: id });
    return { id, rawKey };
  }

  #newText({ hint }: CreateKeyRequest): string {
    return typeof hint === 'object'
      ? makeCollidingKeyText(this.random, this.rawKeyOf(hint.like))
      : makeKeyText(this.random, 'api03');
  }

  #actorOf(owner: NonNullable<CreateKeyRequest['owner']>): Actor | null {
    if (owner === 'none') return null;
    if (typeof owner === 'object') return owner;
    return owner === 'user' ? this.addUser() : this.addServiceAccount();
  }

  #archiveKeys(which: (key: KeyView) => boolean, by: FeedActor): void {
    for (const { id } of this.keys().filter(which)) this.setStatus(id, 'archived', by);
  }

  #refuseBeyondLimits(workspaceId: string | null): void {
    const active = this.keys().filter((key) => key.status === 'active');
    if (active.length >= this.settings.activeKeysPerOrganization) {
      throw badRequest('the organization has no room for another active key', 'org_api_key_limit_exceeded');
    }
    const inWorkspace = active.filter((key) => workspaceId !== null && key.workspaceId === workspaceId);
    if (inWorkspace.length >= this.settings.activeKeysPerWorkspace) {
      throw badRequest('the workspace has no room for another active key', 'workspace_api_key_limit_exceeded');
    }
  }

  #find(id: string): ConsoleKey {
    const key = this.#keys.get(id);
    if (!key) throw notFound('there is no such key');
    return key;
  }
}
