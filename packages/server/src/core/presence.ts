/** What is counted once: a member id, or the connection itself of a client that has none. */
export type Member = string | object;

/**
 * Who is here: the members of every site and the connection that stands for each. [C2, C7]
 *
 * A member is on a site once, however often it connects; its newest connection stands for it. `C` is whatever
 * the caller takes for a connection; it is compared by identity and never looked into.
 */
export interface Presence<C> {
  /**
   * `connection` now stands for `member` on `site`.
   *
   * @returns the connection that stood for it until now, which counts no longer.
   */
  join(site: string, member: Member, connection: C): C | undefined;
  /** Takes `member` out, if `connection` still stands for it. Returns whether anybody left. */
  leave(site: string, member: Member, connection: C): boolean;
  /** The connection that stands for `member` on `site`. */
  find(site: string, member: Member): C | undefined;
  /** How many members are on `site` at this moment. */
  count(site: string): number;
  /**
   * The connections on `site`, oldest member first. The iterator may be held while members come and go: those
   * who left are passed over, those who came are met at the end.
   */
  connections(site: string): IterableIterator<C>;
  /** Everybody who is here: where, who, and by which connection. */
  entries(): Iterable<[site: string, member: Member, connection: C]>;
  /** The sites with at least one member. */
  sites(): IterableIterator<string>;
}

/** Creates an empty census. */
export function createPresence<C>(): Presence<C> {
  const sites = new Map<string, Map<Member, C>>();

  return {
    join(site, member, connection) {
      let members = sites.get(site);
      if (!members) sites.set(site, (members = new Map<Member, C>()));
      const previous = members.get(member);
      members.set(member, connection);
      return previous === connection ? undefined : previous;
    },
    leave(site, member, connection) {
      const members = sites.get(site);
      if (!members || members.get(member) !== connection) return false;
      members.delete(member);
      if (members.size === 0) sites.delete(site);
      return true;
    },
    find: (site, member) => sites.get(site)?.get(member),
    count: (site) => sites.get(site)?.size ?? 0,
    connections: (site) => (sites.get(site) ?? new Map<Member, C>()).values(),
    *entries() {
      for (const [site, members] of sites) {
        for (const [member, connection] of members) yield [site, member, connection];
      }
    },
    sites: () => sites.keys(),
  };
}
