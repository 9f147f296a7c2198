import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { offersWebSocket } from '@live-online/internal/intercept-server';
import { systemClock } from '@live-online/internal/system-clock';
import { portsOfBackends } from './options/backend-ports.ts';
import type { ResolvedReloadServerOptions } from './options/options.ts';
import { cacheRoot } from './project-cache.ts';
import type { PageHandler } from './serving/page-handler.ts';
import { openKeyPair, type KeyPair } from './http/certificate.ts';
import type { ClientRoutes } from './http/client-routes.ts';
import { listen, type Listening } from './http/listen.ts';
import type { OwnHeaders } from './http/own-headers.ts';
import { createOwnServer, type Deadlines } from './http/own-server.ts';
import { redirectPlainRequests } from './http/plain-requests.ts';
import type { RequestGuard } from './http/request-guard.ts';
import { createRequestHandler } from './http/request-handler.ts';
import { createSlowNetwork } from './http/slow-network.ts';
import { createUpgradeHandler, isForChannel, type ClientSockets } from './http/upgrades.ts';

export interface OwnPortOptions {
  options: ResolvedReloadServerOptions;
  guard: RequestGuard;
  routes: ClientRoutes;
  handler: PageHandler;
  ownHeaders: OwnHeaders;
  sockets: ClientSockets;
  deadlines: Readonly<Deadlines>;
  /** Gets all open connections. */
  connections: Set<Socket>;
  /** Called with each request for a page, or for a part of one. */
  onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  onWarning: (text: string) => void;
}

/**
 * Opens the tool's own port: the client's script and socket, and the pages of a folder or a backend.
 *
 * @throws ReloadServerError `port-in-use`, `port-forbidden`, `host-unknown`, `listen-failed`
 */
export async function listenOnOwnPort(
  parts: OwnPortOptions,
): Promise<{ servers: Server[]; listening: Listening; keyPair: KeyPair | undefined }> {
  const { options, guard, routes, handler, ownHeaders, sockets, deadlines, connections, onRequest } = parts;
  const slowNetwork = createSlowNetwork(options.slow, systemClock);
  const handle = createRequestHandler({
    guard,
    routes,
    ownHeaders,
    onRequest,
    handle: (request, response) => slowNetwork(response, () => handler.handle(request, response)),
  });
  const keyPair = await openKeyPair(
    { ...options, cacheRoot: cacheRoot(options.cacheFolder) },
    parts.onWarning,
  );
  // Most runs use HTTP, and need neither the code nor its memory.
  const http2 = keyPair && (await import('./http/http2-sessions.ts'));
  const opened = await listen({
    ...options,
    keyPair,
    reserved: portsOfBackends(options),
    create: () => {
      const server = createOwnServer({
        handle,
        acceptsUpgrade: (request) =>
          isForChannel(request) || (handler.isForBackend(request) && offersWebSocket(request)),
        upgrade: createUpgradeHandler(guard, sockets, handler),
        hasBackend: options.source.kind === 'proxy' || options.routes.length > 0,
        isForBackend: (request) => handler.isForBackend(request),
        keyPair,
        serveHttp2: http2?.serveHttp2,
        deadlines,
        connections,
      });
      return keyPair ? redirectPlainRequests(server, { guard, headMs: deadlines.headMs }) : server;
    },
  });
  return { ...opened, keyPair };
}
