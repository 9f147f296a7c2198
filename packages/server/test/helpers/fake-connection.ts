import type { Connection, TotalUpdate } from '../../src/core/ports.ts';

/** A connection of the core, and what it has received. */
export interface FakeConnection extends Connection {
  /** The totals, oldest first. */
  totals: number[];
  /** The counts of pages, oldest first. */
  pages: number[];
  /** Of its first total. */
  resumeToken: string | undefined;
  /** Why it has been closed. */
  closed: 'replaced' | 'migrated' | undefined;
}

export function createFakeConnection(): FakeConnection {
  const connection: FakeConnection = {
    totals: [],
    pages: [],
    resumeToken: undefined,
    closed: undefined,
    send({ total, resumeToken }: TotalUpdate) {
      connection.totals.push(total);
      connection.resumeToken ??= resumeToken;
    },
    sendPage: ({ total }: TotalUpdate) => void connection.pages.push(total),
    closeReplaced: () => void (connection.closed = 'replaced'),
    migrate: () => void (connection.closed = 'migrated'),
  };
  return connection;
}
