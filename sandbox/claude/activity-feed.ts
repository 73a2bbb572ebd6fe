import type { VirtualClock } from '../clock';
import type { Actor } from './console-key';
import type { OrganizationSettings } from './settings';

/** Who did something, as the activity feed names them: a type, and the id that belongs to it. */
export interface FeedActor {
  readonly type: string;
  readonly [id: string]: string;
}

/** One change of a field of a key. */
export interface FieldUpdate {
  readonly type: 'name' | 'status';
  readonly previous_value: string;
  readonly current_value: string;
}

/** The activities that happen here. The platform has some 500 more. */
export const ACTIVITY_TYPES = [
  'admin_api_key_created',
  'admin_api_key_deleted',
  'platform_api_key_created',
  'platform_api_key_updated',
] as const;

export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** What happened to a key, and by whom. */
export interface Activity {
  readonly id: string;
  readonly type: ActivityType;
  readonly at: Date;
  readonly actor: FeedActor;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The person who works in the Console when nobody in particular is named. */
export const CONSOLE_USER: FeedActor = { type: 'user_actor', user_id: 'user_01ConsoleAdministrator' };

/** A user or service account as the feed, and the newer API version, name it. */
export const feedActorOf = ({ type, id }: Actor): FeedActor =>
  type === 'user' ? { type: 'user_actor', user_id: id } : { type: 'service_account_actor', service_account_id: id };

/** The audit trail of an organization's keys. It begins when the Compliance API is enabled. */
export class ActivityFeed {
  readonly #activities: Activity[] = [];

  constructor(
    readonly clock: VirtualClock,
    readonly settings: OrganizationSettings,
  ) {}

  record(type: ActivityType, actor: FeedActor, fields: Activity['fields']): void {
    const at = this.clock.now();
    const { complianceEnabledAt } = this.settings;
    if (!complianceEnabledAt || at < complianceEnabledAt) return;
    const id = `activity_01${String(this.#activities.length + 1).padStart(22, '0')}`;
    this.#activities.push({ id, type, at, actor, fields });
  }

  recordUpdate(keyId: string, update: FieldUpdate, actor: FeedActor): void {
    this.record('platform_api_key_updated', actor, { api_key_id: keyId, updates: [update] });
  }

  /** What it shows by now, newest first. */
  list(): readonly Activity[] {
    const until = this.clock.now().getTime() - this.settings.activityDelayMs;
    return this.#activities.filter(({ at }) => at.getTime() <= until).reverse();
  }
}
