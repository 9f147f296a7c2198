import type { Connection, OpenPage } from './ports.ts';
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

/** The pages of one site that are counted by themselves, by their paths. */
type PathsOfSite = Map<string, OpenPage>;

/**
 * The pages and the tabs of the members of this server, by the keys of `site-keys.ts`. [C2] What it knows of a member is in
 * the connection's `openPage` and `tabs`.
 */
export class PagesAndTabs {
  /** By their keys: the pages that have members, and for each site the one for all pages that are not counted by themselves. */
  readonly #open = new Map<string, OpenPage>();
  readonly #paths = new Map<string, PathsOfSite>();
  /** The tabs that are more than the members, by site. */
  readonly #extraTabs = new Map<string, number>();

  /**
   * Sets what is given of a member's details; the rest stays.
   *
   * @returns the keys whose counts may have changed.
   */
  set(site: string, connection: Connection, { page, tabs }: MemberDetails): string[] {
    const changed: string[] = [];
    if (page !== undefined) this.#setPage(site, connection, page, changed);
    if (tabs !== undefined) this.#setTabs(site, connection, tabs, changed);
    return changed;
  }

  /** Removes the details of a connection. Returns the keys whose counts may have changed. */
  remove(site: string, connection: Connection): string[] {
    const changed: string[] = [];
    this.#setTabs(site, connection, 1, changed);
    const { openPage } = connection;
    if (openPage) {
      this.#leavePage(site, connection, openPage);
      connection.openPage = undefined;
      changed.push(openPage.key);
    }
    return changed;
  }

  /** Takes a member from its page, because another server counts it there. */
  removeFromPage(site: string, connection: Connection): void {
    if (!connection.openPage) return;
    this.#leavePage(site, connection, connection.openPage);
    connection.openPage = undefined;
  }

  /** The key under which the page of a connection is counted; `undefined` if its client has sent none. */
  pageKeyOf(connection: Connection): string | undefined {
    return connection.openPage?.key;
  }

  /** The count of a key, without those of other servers. */
  count(key: string): number {
    const page = this.#open.get(key);
    if (page) return page.connections.size;
    return key.endsWith('#') ? (this.#extraTabs.get(key.slice(0, -1)) ?? 0) : 0;
  }

  /** The connections of the members on a page. The iterator stays valid while members come and leave. */
  connections(key: string): IterableIterator<Connection> {
    return (this.#open.get(key)?.connections ?? new Set<Connection>()).values();
  }

  /** The keys of the pages of a site that are counted by themselves. */
  pageKeys(site: string): string[] {
    return Array.from(this.#paths.get(site)?.values() ?? [], ({ key }) => key);
  }

  #setPage(site: string, connection: Connection, path: string, changed: string[]): void {
    const { openPage: before } = connection;
    const page = this.#openPage(site, path);
    if (page === before) return;
    // The next one before the last one is left: a page with one member, who connects again, stays open.
    page.connections.add(connection);
    connection.openPage = page;
    if (before) {
      this.#leavePage(site, connection, before);
      changed.push(before.key);
    }
    changed.push(page.key);
  }

  #setTabs(site: string, connection: Connection, tabs: number, changed: string[]): void {
    const { tabs: before = 1 } = connection;
    if (tabs === before) return;
    connection.tabs = tabs;
    const extra = (this.#extraTabs.get(site) ?? 0) + tabs - before;
    if (extra === 0) this.#extraTabs.delete(site);
    else this.#extraTabs.set(site, extra);
    changed.push(tabsKey(site));
  }

  /** What a path is counted in from now on. All members on a page have the same object. */
  #openPage(site: string, path: string): OpenPage {
    let paths = this.#paths.get(site);
    const open = paths?.get(path);
    if (open) return open;
    if (paths && paths.size >= MAX_PATHS) {
      const key = otherPagesKey(site);
      return this.#open.get(key) ?? this.#create(key, undefined);
    }
    if (!paths) this.#paths.set(site, (paths = new Map<string, OpenPage>()));
    const page = this.#create(pageKey(site, path), path);
    paths.set(path, page);
    return page;
  }

  #create(key: string, path: string | undefined): OpenPage {
    const page: OpenPage = { key, path, connections: new Set() };
    this.#open.set(key, page);
    return page;
  }

  #leavePage(site: string, connection: Connection, page: OpenPage): void {
    page.connections.delete(connection);
    if (page.connections.size > 0) return;
    this.#open.delete(page.key);
    if (page.path === undefined) return;
    const paths = this.#paths.get(site);
    if (paths?.delete(page.path) && paths.size === 0) this.#paths.delete(site);
  }
}
