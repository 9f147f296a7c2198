import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { respondText } from '@live-online/internal/http/respond-text';
import { interceptServer, offersWebSocket } from '@live-online/internal/intercept-server';
import type { RequestGuard } from './request-guard.ts';
import type { Route, RouteTable } from './route.ts';
import type { CounterTransport } from '../transport.ts';

export interface Mount {
  /** Where the counter lives, with a slash at both ends. Everything below is its own, everything else the host's. */
  path: string;
  guard: RequestGuard;
  routes: RouteTable;
  transport: CounterTransport;
}

type Gates = ReadonlyMap<string, Mount>;

const notFound: Route = (_request, response) => respondText(response, 404, 'not found');

/** The gates of each server by their paths, and what ends the interception of its events. */
const interceptions = new WeakMap<Server, { gates: Map<string, Mount>; end: () => void }>();

/**
 * Puts a counter in front of whatever an HTTP server does by itself. [C10]
 *
 * @returns the undo, which may be called twice and leaves the server as it was found; `undefined` if another counter
 * has this path of the server.
 */
export function mountAt(server: Server, gate: Mount): (() => void) | undefined {
  let interception = interceptions.get(server);
  if (!interception) {
    const gates = new Map<string, Mount>();
    interception = { gates, end: intercept(server, gates) };
    interceptions.set(server, interception);
  }
  const { gates, end } = interception;
  if (gates.has(gate.path)) return undefined;
  gates.set(gate.path, gate);
  return () => {
    if (gates.get(gate.path) !== gate) return;
    gates.delete(gate.path);
    if (gates.size > 0) return;
    interceptions.delete(server);
    end();
  };
}

function intercept(server: Server, gates: Gates): () => void {
  return interceptServer(server, {
    request(request, response) {
      const gate = gateOf(gates, request);
      // A server of our own has no other listener, and still owes an answer to every request.
      if (!gate && server.listenerCount('request') > 0) return false;
      answer(gate, request, response);
      return true;
    },
    acceptsUpgrade(request) {
      const gate = gateOf(gates, request);
      return gate !== undefined && isForSocket(gate, request) && offersWebSocket(request);
    },
    upgrade(request, socket, head) {
      upgrade(gateOf(gates, request)!, request, socket, head);
    },
  });
}

/** The gate with the longest path that a request lies below. */
function gateOf(gates: Gates, request: IncomingMessage): Mount | undefined {
  const pathname = pathOf(request);
  let found: Mount | undefined;
  for (const gate of gates.values()) {
    if (pathname.startsWith(gate.path) && gate.path.length > (found?.path.length ?? 0)) found = gate;
  }
  return found;
}

function isForSocket(gate: Mount, request: IncomingMessage): boolean {
  return pathOf(request).startsWith('socket.io/', gate.path.length);
}

function answer(gate: Mount | undefined, request: IncomingMessage, response: ServerResponse): void {
  try {
    if (!gate) return notFound(request, response);
    if (!gate.guard.request(request, response)) return;
    if (isForSocket(gate, request)) {
      gate.guard.poll(request, response);
      return gate.transport.handleRequest(request, response);
    }
    (gate.routes.get(pathOf(request).slice(gate.path.length)) ?? notFound)(request, response);
  } catch {
    respondText(response, 500, 'something went wrong on the server');
  }
}

function upgrade(gate: Mount, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  try {
    if (gate.guard.upgrade(request, socket)) gate.transport.handleUpgrade(request, socket, head);
  } catch {
    socket.destroy();
  }
}

/** The path of a request, also where a client names the whole address, as it does to a proxy. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '').split('?', 1)[0]! || '/';
}
