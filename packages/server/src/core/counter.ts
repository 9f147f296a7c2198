import { Broadcaster } from './broadcaster.ts';
import { Membership, type MembershipOwner } from './membership.ts';
import { MemberMigration } from './member-migration.ts';
import { PageCounter } from './page-counter.ts';
import type { MemberDetails, PageCounts } from './pages-and-tabs.ts';
import type { Clock, Connection, Store, TotalUpdate } from './ports.ts';
import { Presence, type Member } from './presence.ts';
import { PublishScheduler } from './publish-scheduler.ts';
import { formatResumeToken, parseResumeToken } from './resume-token.ts';
import { isSiteKey, siteOfKey } from './site-keys.ts';

/** What a connection joins with. */
export interface JoinDetails extends MemberDetails {
  /** What the client received from the server that it was on before. */
  resumeToken?: string | undefined;
}

export interface CounterObserver {
  /** The total of a site, or of a page, was published; `previous` is the one published before it. */
  published(update: TotalUpdate, previous: number): void;
  /** The last connection was sent a total, this long after it had become due, in ms. */
  delivered?(lagMs: number): void;
  /** The store is out of reach, or back. */
  stale(stale: boolean, reason: string | undefined): void;
  /** The store has a problem; counting goes on. */
  warning?(message: string): void;
}

export interface CounterCoreOptions {
  clock: Clock;
  store: Store;
  observer: CounterObserver;
  minUpdateIntervalMs: number;
  decreaseDelayMs: number;
  maxBroadcastCpu: number;
  /** How many processes of this machine publish the totals of the same sites. @default 1 */
  maxWorkers?: number;
  /** From 0 up to 1. */
  random: () => number;
}

/**
 * Counts the members of each site and publishes the totals. It joins presence (who is here), the publish scheduler
 * (when to publish), the broadcast budget (how fast), and the store (counts of other servers).
 */
export class Counter implements MembershipOwner {
  readonly #options: CounterCoreOptions;
  readonly #store: Store;
  readonly #presence = new Presence<Connection>();
  readonly #pages: PageCounter;
  readonly #broadcaster: Broadcaster;
  readonly #scheduler: PublishScheduler;
  /** A member's connection number, where it is above 1. */
  readonly #connectionNumbers = new WeakMap<Connection, number>();
  readonly #migration: MemberMigration;
  #isStoreStale = false;

  constructor(options: CounterCoreOptions) {
    const { clock, store, minUpdateIntervalMs, decreaseDelayMs } = options;
    this.#options = options;
    this.#store = store;
    this.#broadcaster = new Broadcaster(options);
    this.#scheduler = new PublishScheduler({
      clock,
      minUpdateIntervalMs,
      decreaseDelayMs,
      isStale: (site) => this.isStale(site),
      publish: (...broadcast) => this.#broadcast(...broadcast),
    });
    this.#pages = new PageCounter({
      store,
      setCount: (key, count) => this.#scheduler.setTotal(key, count),
      current: (key) => this.#scheduler.current(key),
    });
    this.#migration = new MemberMigration({
      ...options,
      hasResumeTokens: () => store.server !== undefined,
      leave: (...joined) => this.#remove(...joined),
    });
  }

  /** Opens the store. If that fails, the totals of this server are published all the same, as stale. */
  async open(): Promise<void> {
    try {
      await this.#store.open({
        changed: (site) => this.#remoteChanged(site),
        stale: (stale, reason) => this.#setStale(stale, reason),
        claimed: (site, member, connectionNumber) => this.#release(site, member, connectionNumber),
        warning: (message) => this.#options.observer.warning?.(message),
      });
    } catch (error) {
      this.#setStale(true, (error as Error | undefined)?.message);
      throw error;
    }
  }

  /** Counts `member` on `site`, and sends `connection` the total at once, itself included. [C3] */
  join(site: string, member: Member, connection: Connection, details: JoinDetails = {}): Membership {
    const previous = this.#presence.join(site, member, connection);
    const changed = this.#pages.join(site, connection, details, previous);
    const newToken = this.#claim(site, member, connection, details.resumeToken);
    if (previous) {
      previous.closeReplaced();
      this.#migration.remove(previous);
    } else {
      this.#localChanged(site);
    }
    this.#pages.publish(changed);
    const update = this.#scheduler.current(site);
    connection.send(newToken === undefined ? update : { ...update, resumeToken: newToken });
    this.#pages.send(connection);
    this.#migration.add(site, member, connection);
    return new Membership(this, site, member, connection);
  }

  /** The connection has ended. A newer one of the member is left alone. */
  leave(site: string, member: Member, connection: Connection): void {
    if (!this.#migration.isAwaitingReconnect(connection)) this.#remove(site, member, connection);
  }

  /** Changes what is given of a member's details, and sends the count of its page if that is another one. */
  setDetails(site: string, member: Member, connection: Connection, details: MemberDetails): void {
    if (this.#presence.find(site, member) !== connection) return;
    this.#pages.set(site, connection, details);
  }

  /** The members of `site` on all servers at this moment. */
  total(site: string): number {
    return this.#presence.count(site) + this.#store.others(site);
  }

  /**
   * What a page of `site` can show before it has joined: at least 1, since it will be a member itself. `undefined` if the
   * total may be old.
   */
  preview(site: string): number | undefined {
    return this.isStale(site) ? undefined : Math.max(1, this.#scheduler.highest(site), this.total(site));
  }

  /** The totals of all sites that have members. */
  totals(): Map<string, number> {
    const totals = new Map<string, number>();
    for (const sites of [this.#presence.sites(), this.#store.sites()]) {
      for (const site of sites) if (isSiteKey(site)) totals.set(site, this.total(site));
    }
    return totals;
  }

  /** The members of `site` on all servers at this moment, and their tabs. */
  count(site: string): { people: number; tabs: number } {
    const people = this.total(site);
    return { people, tabs: people + this.#pages.extraTabs(site) };
  }

  /** The members on each page of `site`, on all servers, at this moment. */
  pages(site: string): PageCounts {
    return this.#pages.pages(site);
  }

  /** Follows all sites until the returned function is called. */
  watchAll(): () => void {
    return this.#store.watchAll?.() ?? (() => {});
  }

  /** The members of all sites on this server. */
  members(): number {
    let members = 0;
    for (const site of this.#presence.sites()) members += this.#presence.count(site);
    return members;
  }

  /** Whether the total of `site`, or that of any site, may be old. [C9] */
  isStale(site?: string): boolean {
    // First: to answer, the store may find that all of it is stale, and report that.
    const isSiteStale = site !== undefined && (this.#store.stale?.(site) ?? false);
    return this.#isStoreStale || isSiteStale;
  }

  /** Whether there are members to migrate, and another server to migrate them to. [S7] */
  canMigrate(): boolean {
    return (this.#store.peers?.() ?? 0) > 0 && !this.#presence.sites().next().done;
  }

  /**
   * Closes all connections within `overMs`, so that the clients reconnect to other servers. A member with an id is counted
   * here until another server counts it, or until its reconnect deadline. [S7]
   *
   * @returns resolves when every member is elsewhere or past its deadline, and at `close()`.
   */
  migrate(overMs: number): Promise<void> {
    return this.#migration.start(this.#presence.entries(), overMs);
  }

  /** Stops publishing and closes the store. */
  async close(): Promise<void> {
    this.#migration.close();
    this.#scheduler.close();
    this.#broadcaster.close();
    await this.#store.close();
  }

  #broadcast(update: TotalUpdate, previous: number, done: () => void, sinceMs: number): void {
    const { clock, observer } = this.#options;
    const { site, total } = update;
    const isSite = isSiteKey(site);
    this.#broadcaster.broadcast<Connection>({
      recipients: isSite ? this.#presence.connections(site) : this.#pages.connections(site),
      send: isSite ? (connection) => connection.send(update) : (connection) => connection.sendPage(update),
      parts: () => total / Math.max(1, isSite ? this.#presence.count(site) : this.#pages.localCount(site)),
      sent: () => observer.delivered?.(clock.now() - sinceMs),
      done,
    });
    observer.published(update, previous);
  }

  #setStale(stale: boolean, reason?: string): void {
    if (stale === this.#isStoreStale) return;
    this.#isStoreStale = stale;
    this.#options.observer.stale(stale, reason);
    if (stale) this.#scheduler.reschedule();
    else this.#scheduler.resetMaximums();
  }

  /**
   * Claims a member from the server that it was on before.
   *
   * @returns the token that its client sends to the next server; `undefined` if this server is alone.
   */
  #claim(
    site: string,
    member: Member,
    connection: Connection,
    resumeToken: string | undefined,
  ): string | undefined {
    const { server } = this.#store;
    if (server === undefined || typeof member !== 'string') return undefined;
    const before = parseResumeToken(resumeToken);
    const connectionNumber = (before?.connectionNumber ?? 0) + 1;
    if (connectionNumber > 1) this.#connectionNumbers.set(connection, connectionNumber);
    if (before && before.server !== server) {
      const from = { server: before.server, connectionNumber };
      this.#store.claim?.(site, member, from);
      this.#pages.claim(member, connection, from);
    }
    return formatResumeToken({ server, connectionNumber });
  }

  /** Another server counts this member now, on a site or on a page. */
  #release(key: string, member: string, connectionNumber: number): void {
    const connection = this.#presence.find(siteOfKey(key), member);
    if (!connection || (this.#connectionNumbers.get(connection) ?? 1) >= connectionNumber) return;
    if (isSiteKey(key)) {
      this.#remove(key, member, connection);
      connection.closeReplaced();
    } else if (this.#pages.keyOf(connection) === key) {
      this.#pages.release(key, connection);
    }
  }

  #remove(site: string, member: Member, connection: Connection): void {
    if (this.#presence.leave(site, member, connection)) this.#localChanged(site);
    this.#pages.leave(site, connection);
    this.#migration.remove(connection);
  }

  #localChanged(site: string): void {
    this.#store.report(site, this.#presence.count(site));
    this.#scheduler.setTotal(site, this.total(site));
  }

  #remoteChanged(site: string): void {
    if (!isSiteKey(site)) return this.#pages.remoteChanged(site);
    // A store that does not follow a site any more reports 0 for it, which does not mean that it has no members.
    const isUnfollowed = this.#presence.count(site) === 0 && this.isStale(site) && !this.#isStoreStale;
    if (isUnfollowed) this.#scheduler.forget(site);
    else this.#scheduler.setTotal(site, this.total(site));
  }
}
