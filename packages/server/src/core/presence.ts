/** What is counted once: a member id, or the connection of a client without one. */
export type Member = string | object;

/**
 * The members of every site, and the current connection of each. [C2, C7]
 *
 * A member is on a site once, however often it connects; its newest connection is the current one. `C` is the
 * caller's type of a connection, compared by identity only.
 */
export interface Presence<C> {
  /**
   * Makes `connection` the current one of `member` on `site`.
   *
   * @returns the connection that it replaces.
   */
  join(site: string, member: Member, connection: C): C | undefined;
  /** Removes `member` if `connection` is its current one. Returns whether it was. */
  leave(site: string, member: Member, connection: C): boolean;
  /** The current connection of `member` on `site`. */
  find(site: string, member: Member): C | undefined;
  /** How many members `site` has at this moment. */
  count(site: string): number;
  /**
   * The current connections of `site`, oldest member first. The iterator stays valid while members join and leave:
   * it skips those who left, and ends with those who joined.
   */
  connections(site: string): IterableIterator<C>;
  entries(): Iterable<[site: string, member: Member, connection: C]>;
  /** The sites with at least one member. */
  sites(): IterableIterator<string>;
}

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
