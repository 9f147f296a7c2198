import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { notFound, respondText } from './http/respond.ts';
import type { RouteTable } from './http/route.ts';
import type { VisitorTransport } from './transport.ts';

export interface GateOptions {
  /** Where the counter lives, with a slash at both ends. Everything below is its own, everything else the host's. */
  path: string;
  routes: RouteTable;
  transport: VisitorTransport;
}

/** The gates of each server by their paths, and what ends the interception of its events. */
const interceptions = new WeakMap<Server, { gates: Map<string, GateOptions>; end: () => void }>();

/**
 * Puts a counter in front of whatever an HTTP server does by itself. [C10]
 *
 * @returns the undo, which may be called twice and leaves the server as it was found; `undefined` if another counter
 * has this path of the server.
 */
export function openGate(server: Server, gate: GateOptions): (() => void) | undefined {
  let interception = interceptions.get(server);
  if (!interception) {
    const gates = new Map<string, GateOptions>();
    interception = { gates, end: interceptEvents(server, gates) };
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

/**
 * Takes what is meant for a gate before any listener sees it. Listeners that the host adds, before or after,
 * stay where they are: among them may be WebSocket servers that refuse every path but their own.
 *
 * @returns the undo
 */
function interceptEvents(server: Server, gates: ReadonlyMap<string, GateOptions>): () => void {
  type Emit = (this: Server, event: string, ...details: unknown[]) => boolean;
  const wrapped = Object.hasOwn(server, 'emit');
  const emit = server.emit as Emit;

  const intercept: Emit = function (event, ...details) {
    if (gates.size === 0) return emit.call(this, event, ...details);
    if (event === 'request') {
      const [request, response] = details as [IncomingMessage, ServerResponse];
      const gate = gateOf(gates, request);
      // Nobody but us listens to a server of our own, which still owes everybody an answer.
      if (gate ?? server.listenerCount('request') === 0) {
        answer(gate, request, response);
        return true;
      }
    } else if (event === 'upgrade') {
      const [request, socket, head] = details as [IncomingMessage, Duplex, Buffer];
      const gate = gateOf(gates, request);
      if (gate && pathOf(request).startsWith(`${gate.path}socket.io/`)) {
        upgrade(gate, request, socket, head);
        return true;
      }
      // Beside ours there is no listener: without us, Node would have taken it for a request.
      if (server.listenerCount('upgrade') === 1) {
        serveAsRequest(server, request, socket as Socket);
        return true;
      }
    }
    return emit.call(this, event, ...details);
  };

  // Node passes upgrades on only where somebody listens for them.
  const listensForUpgrades = (): void => {};
  server.on('upgrade', listensForUpgrades);
  server.emit = intercept as Server['emit'];
  return () => {
    server.off('upgrade', listensForUpgrades);
    // Somebody who has wrapped it after us keeps us: without gates, everything passes.
    if (server.emit !== intercept) return;
    if (wrapped) server.emit = emit as Server['emit'];
    else delete (server as Partial<Server>).emit;
  };
}

/** The gate with the longest path that a request lies below. */
function gateOf(gates: ReadonlyMap<string, GateOptions>, request: IncomingMessage): GateOptions | undefined {
  const pathname = pathOf(request);
  let found: GateOptions | undefined;
  for (const gate of gates.values()) {
    if (pathname.startsWith(gate.path) && gate.path.length > (found?.path.length ?? 0)) found = gate;
  }
  return found;
}

function answer(gate: GateOptions | undefined, request: IncomingMessage, response: ServerResponse): void {
  try {
    if (!gate) return notFound(request, response);
    const below = pathOf(request).slice(gate.path.length);
    if (below.startsWith('socket.io/')) return gate.transport.handleRequest(request, response);
    (gate.routes.get(below) ?? notFound)(request, response);
  } catch {
    respondText(response, 500, 'something went wrong on the server');
  }
}

function upgrade(gate: GateOptions, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  try {
    gate.transport.handleUpgrade(request, socket, head);
  } catch {
    socket.destroy();
  }
}

/** Clients that offer another protocol, such as h2c, are content with an answer in this one. */
function serveAsRequest(server: Server, request: IncomingMessage, socket: Socket): void {
  socket.on('error', () => {});
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => {
    response.detachSocket(socket);
    socket.end();
  });
  server.emit('request', request, response);
}

/** The path of a request, also where a client names the whole address, as it does to a proxy. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '').split('?', 1)[0]! || '/';
}
