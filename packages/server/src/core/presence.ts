/** What is counted once: a member id, or the connection of a client without one. */
export type Member = string | object;

/**
 * The members of every site, and the current connection of each. [C2, C7]
 *
 * A member is on a site once, however often it connects; its newest connection is the current one. `C` is the
 * caller's type of a connection, compared by identity only.
 */
export class Presence<C> {
  readonly #sites = new Map<string, Map<Member, C>>();

  /**
   * Makes `connection` the current one of `member` on `site`.
   *
   * @returns the connection that it replaces.
   */
  join(site: string, member: Member, connection: C): C | undefined {
    let members = this.#sites.get(site);
    if (!members) this.#sites.set(site, (members = new Map<Member, C>()));
    const previous = members.get(member);
    members.set(member, connection);
    return previous === connection ? undefined : previous;
  }

  /** Removes `member` if `connection` is its current one. Returns whether it was. */
  leave(site: string, member: Member, connection: C): boolean {
    const members = this.#sites.get(site);
    if (!members || members.get(member) !== connection) return false;
    members.delete(member);
    if (members.size === 0) this.#sites.delete(site);
    return true;
  }

  /** The current connection of `member` on `site`. */
  find(site: string, member: Member): C | undefined {
    return this.#sites.get(site)?.get(member);
  }

  /** How many members `site` has at this moment. */
  count(site: string): number {
    return this.#sites.get(site)?.size ?? 0;
  }

  /**
   * The current connections of `site`, oldest member first. The iterator stays valid while members join and leave:
   * it skips those who left, and ends with those who joined.
   */
  connections(site: string): IterableIterator<C> {
    return (this.#sites.get(site) ?? new Map<Member, C>()).values();
  }

  *entries(): Iterable<[site: string, member: Member, connection: C]> {
    for (const [site, members] of this.#sites) {
      for (const [member, connection] of members) yield [site, member, connection];
    }
  }

  /** The sites with at least one member. */
  sites(): IterableIterator<string> {
    return this.#sites.keys();
  }
}
