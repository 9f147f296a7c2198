import type { Connect, ConnectionTarget, Handshake } from '../../src/client/connection.ts';

/** A connection that the client has opened. */
export interface FakeConnection {
  readonly target: ConnectionTarget;
  readonly handshake: Handshake;
  readonly closed: boolean;
  total(total: unknown, details?: unknown): void;
  ended(code?: string): void;
}

/** A `Connect` without a network: the test acts as the server. */
export function createConnect(): { connect: Connect; connections: FakeConnection[] } {
  const connections: FakeConnection[] = [];
  const connect: Connect = (target, handshake, onTotal, onEnd) => {
    const connection = {
      target,
      handshake,
      closed: false,
      total: onTotal,
      ended: onEnd,
    };
    connections.push(connection);
    return () => {
      connection.closed = true;
    };
  };
  return { connect, connections };
}
