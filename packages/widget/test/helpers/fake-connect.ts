import type {
  Connect,
  ConnectionHandlers,
  ConnectionTarget,
  Handshake,
} from '../../src/client/connection.ts';

/** One connection that the client asked for. */
export interface FakeConnection extends ConnectionHandlers {
  readonly target: ConnectionTarget;
  readonly handshake: Handshake;
  readonly closed: boolean;
}

/** A way to connect that stays in memory: the test plays the server. */
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
