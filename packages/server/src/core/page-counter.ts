import { foldPages, PagesAndTabs, type MemberDetails, type PageCounts } from './pages-and-tabs.ts';
import type { Connection, ResumePoint, Store, TotalUpdate } from './ports.ts';
import { isPageKey, otherPagesKey, pageKeysOf, siteOfKey, tabsKey } from './site-keys.ts';

export interface PageCounterOptions {
  store: Store;
  /** The count of a page is now `count`; it is published like a total. */
  setCount: (key: string, count: number) => void;
  /** The update for a connection that comes to a page now. */
  current: (key: string) => TotalUpdate;
}

/** Counts the members of pages, and their tabs, on this server and on others. [C2] */
export class PageCounter {
  readonly #options: PageCounterOptions;
  readonly #local = new PagesAndTabs();

  constructor(options: PageCounterOptions) {
    this.#options = options;
  }

  /**
   * Makes `connection` that of its member, in place of `previous`.
   *
   * @returns the keys whose counts have changed, for `publish`.
   */
  join(
    site: string,
    connection: Connection,
    details: MemberDetails,
    previous: Connection | undefined,
  ): string[] {
    const changed = this.#local.set(site, connection, details);
    // Not before `set`: a member who connects again does not leave its page in between.
    if (previous) changed.push(...this.#local.remove(site, previous));
    return changed;
  }

  /** The member of `connection`, which has joined, was on another server before. */
  claim(member: string, connection: Connection, from: ResumePoint): void {
    const key = this.#local.pageKeyOf(connection);
    if (key !== undefined) this.#options.store.claim?.(key, member, from);
  }

  /** Reports the counts of these keys to the store, and publishes those of pages. */
  publish(keys: readonly string[]): void {
    for (const key of keys) {
      const count = this.#local.count(key);
      this.#options.store.report(key, count);
      this.#setCount(key, count);
    }
  }

  /** Sends a connection the count of its page, if its client has sent one. */
  send(connection: Connection): void {
    const key = this.#local.pageKeyOf(connection);
    // The update of pages that are not counted by themselves has the number 0, because nothing sets their count.
    if (key !== undefined) connection.sendPage(this.#options.current(key));
  }

  /** Changes what is given of a member's details, and sends the count of its page if that is another one. */
  set(site: string, connection: Connection, details: MemberDetails): void {
    const before = this.#local.pageKeyOf(connection);
    this.publish(this.#local.set(site, connection, details));
    if (this.#local.pageKeyOf(connection) !== before) this.send(connection);
  }

  leave(site: string, connection: Connection): void {
    this.publish(this.#local.remove(site, connection));
  }

  /** Takes a member from a page, because another server counts it there. */
  release(key: string, connection: Connection): void {
    this.#local.removeFromPage(siteOfKey(key), connection);
    this.publish([key]);
  }

  /** The count of other servers has changed. */
  remoteChanged(key: string): void {
    const count = this.#local.count(key);
    if (count > 0) this.#setCount(key, count);
  }

  /** The key under which the page of a connection is counted; `undefined` if its client has sent none. */
  keyOf(connection: Connection): string | undefined {
    return this.#local.pageKeyOf(connection);
  }

  connections(key: string): IterableIterator<Connection> {
    return this.#local.connections(key);
  }

  /** How many members of this server a page has. */
  localCount(key: string): number {
    return this.#local.count(key);
  }

  /** How many tabs of `site` there are more than members, on all servers. */
  extraTabs(site: string): number {
    return this.#total(tabsKey(site));
  }

  /** The members on each page of `site`, on all servers. */
  pages(site: string): PageCounts {
    const keys = new Set([...this.#local.pageKeys(site), ...pageKeysOf(this.#options.store, site)]);
    const counts = [...keys].map((key) => [key, this.#total(key)] as const);
    return foldPages(site, counts, this.#total(otherPagesKey(site)));
  }

  #total(key: string): number {
    return this.#local.count(key) + this.#options.store.others(key);
  }

  #setCount(key: string, local: number): void {
    if (!isPageKey(key)) return;
    // A page without members here falls to 0: one who comes back soon still finds its highest count.
    this.#options.setCount(key, local > 0 ? local + this.#options.store.others(key) : 0);
  }
}
