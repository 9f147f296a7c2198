import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { boundedWebSockets } from '@live-online/internal/bounded-web-sockets';
import { pathOf } from '@live-online/internal/http/request-path';
import { offersWebSocket } from '@live-online/internal/intercept-server';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import type { ReloadUpdate } from '@live-online/protocol';
import type { AllowedHosts } from '../http/allowed-hosts.ts';
import type { KeyPair } from '../http/certificate.ts';
import { listen } from '../http/listen.ts';
import { createOwnServer, type Deadlines } from '../http/own-server.ts';
import { createRequestGuard } from '../http/request-guard.ts';
import { respondMethodNotAllowed, respondText } from '../http/respond.ts';
import type { OpenPage } from '../http/update-channel.ts';
import { answerHello, commandsOf, isLiveReloadOrigin, readPageUrl, RELOAD } from './livereload-protocol.ts';
import { MissedUpdates } from './missed-updates.ts';

/** Sends updates to clients of the LiveReload protocol, on a port of its own. [R22] */
export interface LiveReloadServer {
  /** @returns the servers, and the URL of the script for pages; neither if the port is not free. */
  listen(own: OwnPort): Promise<{ servers: Server[]; listening?: { livereloadUrl: string } }>;
  /** The pages of all connected clients. */
  pages(): OpenPage[];
  /** Sends each client what `decide` returns for a page about which nothing is known. */
  broadcast(decide: (page: OpenPage) => ReloadUpdate): ReloadUpdate[];
}

/** What the server's own ports have in common. */
interface OwnPort {
  keyPair: KeyPair | undefined;
  deadlines: Readonly<Deadlines>;
  connections: Set<Socket>;
}

export interface LiveReloadServerOptions {
  /** The port; `false`: there is no such server. */
  livereload: number | false;
  host: string;
  hosts: AllowedHosts;
  allowedOrigins: readonly string[];
  onWarning: (text: string) => void;
}

/** A client as the others use it. */
interface Client {
  page: OpenPage;
  /** The address of its page, once the client has reported it. */
  url: string | undefined;
  send(command: object): void;
}

/** A client sends a hello, the list of its plugins, and its address. */
const PACKETS = { burst: 20, perSecond: 1 };
const MAX_MESSAGE_BYTES = 16 << 10;
const MAX_WAITING_BYTES = 1 << 20;
const CLOSE_TIMEOUT_MS = 2_000;
const HELLO_TIMEOUT_MS = 10_000;
/** The code of a connection that ended without a close frame (RFC 6455 §7.1.5). */
const LOST = 1006;

export function createLiveReloadServer(options: LiveReloadServerOptions): LiveReloadServer {
  const { livereload: port, host, hosts, allowedOrigins, onWarning } = options;
  const clients = new Set<Client>();
  const missed = new MissedUpdates(() => performance.now());
  const guard = createRequestGuard({
    hosts,
    allowedOrigins,
    allowLoopback: true,
    alsoAllows: isLiveReloadOrigin,
  });
  const bounds = { maxWaitingBytes: MAX_WAITING_BYTES, packets: PACKETS, closeTimeoutMs: CLOSE_TIMEOUT_MS };
  const sockets = new (boundedWebSockets({ ...bounds, onTerminated() {} }))({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });

  sockets.on('connection', (socket, request) => {
    let client: Client | undefined;
    const timer = setTimeout(() => socket.terminate(), HELLO_TIMEOUT_MS);
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      clearTimeout(timer);
      if (!client) return;
      clients.delete(client);
      // Browsers close the socket of a page that they leave. Its page is new when it connects again.
      if (code === LOST && client.url !== undefined) missed.recordLost({ ...client.page, url: client.url });
    });
    socket.on('message', (data, isBinary) => {
      const text = isBinary || !Buffer.isBuffer(data) ? '' : data.toString();
      if (client) return recordUrl(client, text);
      const answer = answerHello(text);
      if (!answer) return socket.close(1002);
      clearTimeout(timer);
      const send = (command: object): void => socket.send(JSON.stringify(command));
      client = { page: describePage(request), url: undefined, send };
      clients.add(client);
      send(answer);
    });
  });

  /** After the hello, clients only report themselves. The first report of a client that has missed an update reloads its page. */
  function recordUrl(client: Client, message: string): void {
    const url = readPageUrl(message);
    if (url === undefined || client.url !== undefined) return;
    client.url = url;
    if (missed.takeReturned({ ...client.page, url })) client.send(RELOAD);
  }

  return {
    async listen({ keyPair, deadlines, connections }) {
      if (port === false) return { servers: [] };
      try {
        const { servers, listening } = await listen({
          host,
          port,
          strictPort: true,
          keyPair,
          create: () =>
            createOwnServer({
              handle(request, response) {
                const rejection = guard.checkRequest(request);
                if (rejection) respondText(response, rejection.status, rejection.problem);
                else respond(request, response);
              },
              acceptsUpgrade: offersWebSocket,
              upgrade(request, socket, head) {
                const rejection = guard.checkUpgrade(request);
                if (rejection) return rejectUpgrade(socket, rejection.status, rejection.problem);
                if (pathOf(request) !== '/livereload') return rejectUpgrade(socket, 404, 'not found');
                sockets.handleUpgrade(request, socket, head, (client) =>
                  sockets.emit('connection', client, request),
                );
              },
              hasBackend: false,
              isForBackend: () => false,
              keyPair,
              deadlines,
              connections,
            }),
        });
        const livereloadUrl = new URL('livereload.js', listening.url).href;
        return { servers, listening: { livereloadUrl } };
      } catch (error) {
        onWarning(
          `clients of LiveReload cannot connect: ${(error as Error).message} (--livereload); everything else works`,
        );
        return { servers: [] };
      }
    },
    pages: () => [...clients].map(({ page }) => page),
    broadcast(decide) {
      missed.recordUpdate();
      return [...clients].map(({ page, send }) => {
        const update = decide(page);
        commandsOf(update).forEach(send);
        return update;
      });
    },
  };
}

function describePage(request: IncomingMessage): OpenPage {
  return {
    page: undefined,
    file: undefined,
    path: undefined,
    address: request.socket.remoteAddress ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    since: Date.now(),
  };
}

/** Serves the script. Pages of other servers embed it, and it contains nothing of this project. */
function respond(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return respondMethodNotAllowed(response);
  if (pathOf(request) !== '/livereload.js') return respondText(response, 404, 'not found');
  const body = readScript();
  response.writeHead(200, {
    'Content-Type': 'text/javascript; charset=utf-8',
    'Content-Length': body.length,
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

let script: Buffer | undefined;

function readScript(): Buffer {
  const require = createRequire(import.meta.url);
  return (script ??= readFileSync(require.resolve('livereload-js/dist/livereload.min.js')));
}
