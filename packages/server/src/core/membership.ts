import type { MemberDetails } from './pages-and-tabs.ts';
import type { Connection } from './ports.ts';
import type { Member } from './presence.ts';

/** Who counts the members. */
export interface MembershipOwner {
  leave(site: string, member: Member, connection: Connection): void;
  setDetails(site: string, member: Member, connection: Connection, details: MemberDetails): void;
}

/**
 * The membership of one connection. If a newer connection of the same member replaces it, its methods do nothing.
 *
 * A class, because a closure for each method would cost memory for each connection.
 */
export class Membership {
  readonly #owner: MembershipOwner;
  readonly #site: string;
  readonly #member: Member;
  readonly #connection: Connection;

  constructor(owner: MembershipOwner, site: string, member: Member, connection: Connection) {
    this.#owner = owner;
    this.#site = site;
    this.#member = member;
    this.#connection = connection;
  }

  /** The connection has ended. May be called twice. */
  leave(): void {
    this.#owner.leave(this.#site, this.#member, this.#connection);
  }

  /** The member is on another page now, or has another number of tabs. Its connection receives the count of its page. */
  setDetails(details: MemberDetails): void {
    this.#owner.setDetails(this.#site, this.#member, this.#connection, details);
  }
}
