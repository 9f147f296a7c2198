import type { Connection, TotalUpdate } from '../../src/core/ports.ts';

/** A connection of the core, and what it has received. */
export interface FakeConnection extends Connection {
  /** The totals, oldest first. */
  totals: number[];
  /** The counts of pages, oldest first. */
  pages: number[];
  /** Why it has been closed. */
  closed: 'replaced' | 'migrated' | undefined;
}

export function createFakeConnection(): FakeConnection {
  const connection: FakeConnection = {
    totals: [],
    pages: [],
    closed: undefined,
    send: ({ total }: TotalUpdate) => void connection.totals.push(total),
    sendPage: ({ total }: TotalUpdate) => void connection.pages.push(total),
    closeReplaced: () => void (connection.closed = 'replaced'),
    migrate: () => void (connection.closed = 'migrated'),
  };
  return connection;
}
