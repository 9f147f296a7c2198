import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { systemClock } from '@live-online/internal/system-clock';
import type { Counter } from '../../src/core/counter.ts';
import type { Connection } from '../../src/core/ports.ts';
import { createStats, type CounterStats } from '../../src/core/stats.ts';
import type { HandshakeGuard } from '../../src/io/admission/handshake-guard.ts';
import { mountAt } from '../../src/io/http/request-interceptor.ts';
import { LeanTransport } from '../../src/io/lean/lean-transport.ts';
import { SocketIoTransport } from '../../src/io/socket-io-transport.ts';
import {
  DEFAULT_HEARTBEAT,
  type CounterTransport,
  type EngineName,
  type TransportName,
  type TransportOptions,
} from '../../src/io/transport.ts';

const bounds = { maxWaitingBytes: 16_384, packets: { burst: 20, perSecond: 1 }, closeTimeoutMs: 2_000 };

/** A connection that has joined, its socket, and whether its membership has ended. */
export interface JoinedConnection {
  connection: Connection;
  socket: Socket;
  hasLeft: boolean;
}

export interface StartedTransport {
  transport: CounterTransport;
  url: string;
  port: number;
  stats: CounterStats;
  /** The connections that have joined, the oldest first. */
  joined: JoinedConnection[];
  /** How many places connections hold. */
  places: () => number;
}

interface StartTransportOptions extends Partial<TransportOptions> {
  transports?: TransportName[];
  /** Decides on each connection as another process would. @default all are granted at once */
  decide?: () => Promise<boolean>;
}

/** A real transport with a counter that sends nothing but the first total, 0: the test does. */
export async function startTransport(
  engine: EngineName,
  { transports = ['websocket'], decide, ...more }: StartTransportOptions = {},
): Promise<StartedTransport> {
  const joined: JoinedConnection[] = [];
  let places = 0;
  let socket: Socket;
  const handshakeGuard: HandshakeGuard = {
    readTicket(request: IncomingMessage) {
      socket = request.socket;
      return {
        isOriginValid: true,
        isBot: false,
        isOptedOut: false,
        listed: { site: 'a.example', token: undefined, tokenSecret: undefined, isNamed: true },
        address: undefined,
      };
    },
    ticketOf: (request) => handshakeGuard.readTicket(request),
    reserve() {
      places++;
      let isHeld = true;
      return {
        ...(decide && { granted: decide() }),
        release() {
          if (isHeld) places--;
          isHeld = false;
        },
      };
    },
    check: () => ({ ok: true, site: 'a.example', member: undefined }),
    authenticate: () => ({ ok: true, site: 'a.example', member: undefined }),
  };
  const counter = {
    join(_site: string, _member: unknown, connection: Connection) {
      const one: JoinedConnection = { connection, socket, hasLeft: false };
      joined.push(one);
      connection.send({ site: 'a.example', total: 0, stale: false, sequence: 0 });
      return { leave: () => void (one.hasLeft = true), setDetails() {} };
    },
  } as unknown as Counter;
  const stats = createStats();
  const options: TransportOptions = {
    counter,
    handshakeGuard,
    stats,
    bounds,
    closeTimeoutMs: 100,
    heartbeat: DEFAULT_HEARTBEAT,
    beforeJoin() {},
    onEstablished() {},
    ...more,
  };
  const transport =
    engine === 'lean'
      ? new LeanTransport({ ...options, clock: systemClock })
      : new SocketIoTransport({ ...options, transports });
  const server = createServer();
  const guard = { request: () => true, handshake: () => true, poll() {}, upgrade: () => true };
  mountAt(server, { path: '/', guard, routes: new Map(), transport });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await transport.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { transport, url: `http://127.0.0.1:${port}/`, port, stats, joined, places: () => places };
}
