import type {
  Connect,
  ConnectionHandlers,
  ConnectionTarget,
  Handshake,
} from '../../src/client/connection.ts';

/** A connection that the client has opened. */
export interface FakeConnection extends ConnectionHandlers {
  readonly target: ConnectionTarget;
  readonly handshake: Handshake;
  readonly closed: boolean;
}

/** A `Connect` without a network: the test acts as the server. */
export function createConnect(): { connect: Connect; connections: FakeConnection[] } {
  const connections: FakeConnection[] = [];
  const connect: Connect = (target, handshake, handlers) => {
    const connection = { ...handlers, target, handshake, closed: false };
    connections.push(connection);
    return {
      close() {
        connection.closed = true;
      },
    };
  };
  return { connect, connections };
}
