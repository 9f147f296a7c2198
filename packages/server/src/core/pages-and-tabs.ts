import type { Connection } from './ports.ts';
import { Presence, type Member } from './presence.ts';
import { otherPagesKey, pageKey, tabsKey } from './site-keys.ts';

/** How many pages of a site are counted by themselves. The members on more pages are counted together. */
export const MAX_PATHS = 1_000;

/** What a client says about its member beside who it is. */
export interface MemberDetails {
  /** A normalized path. */
  page?: string | undefined;
  /** How many tabs the member has. @default 1 */
  tabs?: number | undefined;
}

/** Who is on which page of a site. Members whose clients send no page are on none. */
export interface PageCounts {
  /** The members on each path, such as `/blog`. At most 1,000 paths. */
  pages: Map<string, number>;
  /** The members on all other paths. */
  other: number;
}

/**
 * Keeps the pages with the most members.
 *
 * @param other the members on pages that have no key.
 */
export function foldPages(
  site: string,
  counts: readonly (readonly [key: string, count: number])[],
  other: number,
): PageCounts {
  const present = counts.filter(([, count]) => count > 0);
  if (present.length > MAX_PATHS) present.sort(([, a], [, b]) => b - a);
  const pages = present.slice(0, MAX_PATHS).map(([key, count]) => [key.slice(site.length), count] as const);
  const rest = present.slice(MAX_PATHS).reduce((sum, [, count]) => sum + count, 0);
  return { pages: new Map(pages), other: other + rest };
}

interface Entry {
  /** The key under which its page is counted. */
  pageKey: string | undefined;
  tabs: number;
}

/**
 * The pages and the tabs of the members of this server, by the keys of `site-keys.ts`. [C2] Only members whose clients send
 * a page or several tabs have an entry.
 */
export class PagesAndTabs {
  readonly #entries = new Map<Connection, Entry>();
  readonly #pages = new Presence<Connection>();
  /**
   * The keys of the pages that are counted by themselves, by site. Each key is also its value: all members on a page have
   * the same text, not one of their own.
   */
  readonly #pageKeys = new Map<string, Map<string, string>>();
  /** The tabs that are more than the members, by site. */
  readonly #extraTabs = new Map<string, number>();

  /**
   * Sets what is given of a member's details; the rest stays.
   *
   * @returns the keys whose counts may have changed.
   */
  set(site: string, member: Member, connection: Connection, { page, tabs }: MemberDetails): string[] {
    const changed: string[] = [];
    if (page !== undefined) changed.push(...this.#setPage(site, member, connection, page));
    if (tabs !== undefined && tabs !== (this.#entries.get(connection)?.tabs ?? 1)) {
      const entry = this.#entryOf(connection);
      this.#addTabs(site, tabs - entry.tabs);
      entry.tabs = tabs;
      this.#forgetIfDefault(connection, entry);
      changed.push(tabsKey(site));
    }
    return changed;
  }

  /** Removes the details of a connection. Returns the keys whose counts may have changed. */
  remove(site: string, member: Member, connection: Connection): string[] {
    const entry = this.#entries.get(connection);
    if (!entry) return [];
    this.#entries.delete(connection);
    const changed: string[] = [];
    if (entry.tabs > 1) {
      this.#addTabs(site, 1 - entry.tabs);
      changed.push(tabsKey(site));
    }
    if (entry.pageKey !== undefined) {
      this.#leavePage(site, member, connection, entry.pageKey);
      changed.push(entry.pageKey);
    }
    return changed;
  }

  /** Takes a member from its page, because another server counts it there. */
  removeFromPage(key: string, site: string, member: Member, connection: Connection): void {
    const entry = this.#entries.get(connection);
    if (entry?.pageKey !== key) return;
    this.#leavePage(site, member, connection, key);
    entry.pageKey = undefined;
    this.#forgetIfDefault(connection, entry);
  }

  /** The key under which the page of a connection is counted; `undefined` if its client has sent none. */
  pageKeyOf(connection: Connection): string | undefined {
    return this.#entries.get(connection)?.pageKey;
  }

  /** The count of a key, without those of other servers. */
  count(key: string): number {
    return key.endsWith('#') ? (this.#extraTabs.get(key.slice(0, -1)) ?? 0) : this.#pages.count(key);
  }

  /** The connections of the members on a page. */
  connections(key: string): IterableIterator<Connection> {
    return this.#pages.connections(key);
  }

  /** The connection of a member on a page. */
  find(key: string, member: Member): Connection | undefined {
    return this.#pages.find(key, member);
  }

  /** The keys of the pages of a site that are counted by themselves. */
  pageKeys(site: string): Iterable<string> {
    return this.#pageKeys.get(site)?.keys() ?? [];
  }

  #setPage(site: string, member: Member, connection: Connection, path: string): string[] {
    const before = this.#entries.get(connection)?.pageKey;
    const key = this.#openPage(site, path);
    if (key === before) return [];
    // The next one before the last one is left: a page with one member, who connects again, stays open.
    this.#pages.join(key, member, connection);
    this.#entryOf(connection).pageKey = key;
    if (before === undefined) return [key];
    this.#leavePage(site, member, connection, before);
    return [before, key];
  }

  /** The key under which a page is counted from now on. */
  #openPage(site: string, path: string): string {
    const key = pageKey(site, path);
    let keys = this.#pageKeys.get(site);
    const open = keys?.get(key);
    if (open !== undefined) return open;
    if (keys && keys.size >= MAX_PATHS) return otherPagesKey(site);
    if (!keys) this.#pageKeys.set(site, (keys = new Map<string, string>()));
    keys.set(key, key);
    return key;
  }

  #leavePage(site: string, member: Member, connection: Connection, key: string): void {
    this.#pages.leave(key, member, connection);
    if (this.#pages.count(key) > 0) return;
    const keys = this.#pageKeys.get(site);
    if (keys?.delete(key) && keys.size === 0) this.#pageKeys.delete(site);
  }

  #entryOf(connection: Connection): Entry {
    let entry = this.#entries.get(connection);
    if (!entry) this.#entries.set(connection, (entry = { pageKey: undefined, tabs: 1 }));
    return entry;
  }

  #forgetIfDefault(connection: Connection, { pageKey: key, tabs }: Entry): void {
    if (key === undefined && tabs === 1) this.#entries.delete(connection);
  }

  #addTabs(site: string, by: number): void {
    const tabs = (this.#extraTabs.get(site) ?? 0) + by;
    if (tabs === 0) this.#extraTabs.delete(site);
    else this.#extraTabs.set(site, tabs);
  }
}
