import { Migration } from './migration.ts';
import type { Clock, Connection } from './ports.ts';
import type { Member } from './presence.ts';

export interface MemberMigrationOptions {
  clock: Clock;
  /** From 0 up to 1. */
  random: () => number;
  /** Whether members can say at another server where they were. */
  hasResumeTokens: () => boolean;
  /** The member counts here no longer. */
  leave: (site: string, member: Member, connection: Connection) => void;
}

/** Clients reconnect after 0.5 to 1.5 s at first, and after up to 4 s when they have been migrated repeatedly. */
const RECONNECT_DUE_MS = 5_000;

/** The members of a counter that drains. It does nothing before `start`. [S7] */
export class MemberMigration {
  readonly #options: MemberMigrationOptions;
  /** The connections to migrate. Empty before `start`. */
  readonly #joined = new Map<Connection, { site: string; member: Member }>();
  #migration: Migration<Connection> | undefined;
  #end = (): void => {};

  constructor(options: MemberMigrationOptions) {
    this.#options = options;
  }

  /**
   * Closes the connections of `members` within `overMs`, so that the clients reconnect to other servers.
   *
   * @returns resolves when every member is elsewhere or past its deadline, and at `close()`.
   */
  start(
    members: Iterable<readonly [site: string, member: Member, connection: Connection]>,
    overMs: number,
  ): Promise<void> {
    const { clock, hasResumeTokens, random } = this.#options;
    const joined = this.#joined;
    for (const [site, member, connection] of members) joined.set(connection, { site, member });
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#migration = new Migration({
        clock,
        random,
        connections: joined.keys(),
        overMs,
        reconnectTimeoutMs: RECONNECT_DUE_MS,
        // Without a member id the client cannot say where it was, and would count twice meanwhile.
        isResumable: (connection) => hasResumeTokens() && typeof joined.get(connection)?.member === 'string',
        migrate: (connection) => connection.migrate(),
        reconnectDeadlinePassed: (connection) => this.#leave(connection),
        done: resolve,
      });
    });
  }

  /** A member has joined: it has to go as well. */
  add(site: string, member: Member, connection: Connection): void {
    if (!this.#migration) return;
    this.#joined.set(connection, { site, member });
    this.#migration.add(connection);
  }

  /** The connection's member counts here no longer. */
  remove(connection: Connection): void {
    this.#joined.delete(connection);
    this.#migration?.remove(connection);
  }

  /** Whether the connection was migrated and its member still counts here. */
  isAwaitingReconnect(connection: Connection): boolean {
    return this.#migration?.isAwaitingReconnect(connection) ?? false;
  }

  /** No member is awaited any more. */
  close(): void {
    for (const connection of this.#joined.keys()) {
      if (this.isAwaitingReconnect(connection)) this.#leave(connection);
    }
    this.#migration?.close();
    this.#end();
  }

  #leave(connection: Connection): void {
    const joined = this.#joined.get(connection);
    if (joined) this.#options.leave(joined.site, joined.member, connection);
  }
}
