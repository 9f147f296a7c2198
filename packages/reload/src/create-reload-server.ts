import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { interceptServer, offersWebSocket, type Interceptor } from '@live-online/internal/intercept-server';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import { systemClock } from '@live-online/internal/system-clock';
import { createContentVersions } from './core/content-versions.ts';
import { createFileUses } from './core/file-uses.ts';
import { alreadyClosed } from './errors.ts';
import { createEvents, type ListenTo } from './events.ts';
import { listen, type Listening } from './http/listen.ts';
import { createUpdateChannel } from './http/update-channel.ts';
import { FileWatcher } from './files/file-watcher.ts';
import { createRequestGuard, type Door } from './http/request-guard.ts';
import { createHostList } from './http/allowed-hosts.ts';
import { openProjectCache } from './project-cache.ts';
import { createHtmlResponder } from './injection/html-response.ts';
import { injectIntoResponse } from './injection/response-hook.ts';
import { BASE, createOwnRoutes, pathOf, SCRIPT_URL, SOCKET_PATH } from './http/client-routes.ts';
import { createOwnServer, DEADLINES, type Deadlines } from './http/own-server.ts';
import { respondText } from './http/respond.ts';
import { createServedPages } from './injection/served-documents.ts';
import { createPageHandler, type PageSource } from './serving/page-handler.ts';
import type { ReloadServerOptions } from './options/options.ts';
import { createUpdatePublisher } from './update-publisher.ts';
import { resolveOptions } from './options/resolve-options.ts';

/** A connect-style middleware: Express, Connect, Vite's `server.middlewares`, Fastify's `onRequest` hook. */
export type ReloadMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Refreshes pages when files change. */
export interface ReloadServer {
  /**
   * Serves on a port of its own.
   *
   * @throws ReloadServerError `port-in-use`, `port-forbidden`, `host-unknown`, `listen-failed`, `closed`
   */
  listen(): Promise<Listening>;
  /**
   * Puts the client into the HTML that a host's app answers with. The host's server is found by itself with the first
   * request; its other routes and sockets are left alone.
   *
   * @throws ReloadServerError `closed`
   */
  middleware(): ReloadMiddleware;
  /**
   * Tells pages about files that a build has written, wherever they lie; without files every page is loaded again. Files
   * that are watched need no telling, and are not told twice.
   */
  notify(files?: readonly string[]): void;
  /** Listens to what happens. Returns the undo. */
  on: ListenTo;
  /** Resolves when all folders are watched. */
  ready(): Promise<void>;
  /** Frees the port and lets every page go, which comes back by itself. May be called twice. */
  close(): Promise<void>;
}

/**
 * Creates a reload server. It watches nothing and opens nothing until `listen()` or `middleware()`.
 *
 * @throws ReloadServerError `options-invalid`, naming every mistake by its path; `folder-missing`
 */
export function createReloadServer(options: ReloadServerOptions): ReloadServer {
  return assembleReloadServer(options, DEADLINES);
}

/** For tests, which cannot wait for the deadlines of a connection. */
export function assembleReloadServer(
  options: ReloadServerOptions,
  deadlines: Readonly<Deadlines>,
): ReloadServer {
  const resolved = resolveOptions(options);
  const { source, roots, reloadOnly, debounceMs, ignore, poll } = resolved;
  const events = createEvents();
  // Whoever creates the server has not had the time to listen yet.
  const warn = (text: string): void => queueMicrotask(() => events.say('warning', text));
  const cache = openProjectCache(JSON.stringify([source, roots, ignore]), resolved.cacheFolder, warn);
  const uses = createFileUses();
  const pages = createServedPages();
  const versions = createContentVersions(randomBytes(6).toString('base64url'));
  const channel = createUpdateChannel({
    path: SOCKET_PATH,
    token: cache.token,
    version: versions.current,
    fileOf: (page) => pages.get(page)?.file,
  });
  const publisher = createUpdatePublisher({
    folder: source.kind === 'folder' ? source.folder : undefined,
    roots,
    useOf: uses.of,
    reloadOnly,
    versions,
    broadcast: channel.tell,
    broadcastVersion: channel.tellVersion,
    onUpdate: (report) => events.say('update', report),
  });
  const responder = createHtmlResponder({
    pages,
    version: () => versions.current().id,
    scriptUrl: SCRIPT_URL,
    onWarning: warn,
  });
  const undos = new Set<() => void>();
  const servers = new Set<Server>();
  const connections = new Set<Socket>();
  let content: FileWatcher | undefined;
  let closing: Promise<void> | undefined;
  /** Whether all pages of this machine may connect: what they hear of files is that they have changed, and their names. [R8] */
  let isOpenToOthers = false;

  function watch(): FileWatcher {
    if (closing) throw alreadyClosed();
    return (content ??= new FileWatcher({
      roots,
      clock: systemClock,
      debounceMs,
      ignore,
      poll,
      includeTexts: () => !isOpenToOthers,
      ...(cache.contentFile !== undefined && { cacheFile: cache.contentFile }),
      onChanges: (changes) => publisher.publish(changes, content?.digest()),
      onDigest(digest) {
        publisher.publishDigest(digest);
        events.say('read', undefined);
      },
      onWarning: warn,
    }));
  }

  /** Whether pages come through here, on a port of its own or as a host's middleware. */
  const ownRoutes = (serves: boolean): ReturnType<typeof createOwnRoutes> =>
    createOwnRoutes({ token: cache.token, reloadOnly, serves, pages, version: versions.current });
  const doorFor = (takesLoopback: boolean): Door =>
    createRequestGuard({
      hosts: createHostList(resolved.host, resolved.allowedHosts),
      allowedOrigins: resolved.allowedOrigins,
      takesLoopback,
    });
  const isOwnUpgrade = (request: IncomingMessage): boolean =>
    pathOf(request).startsWith(SOCKET_PATH) && offersWebSocket(request);
  /** Serves the upgrades that are taken: those of pages, and those of the backend that pages come from. */
  const upgradeFor =
    (door: Door, pagesSource?: PageSource): Interceptor['upgrade'] =>
    (request, socket, head) => {
      const refusal = door.checkUpgrade(request);
      if (refusal) rejectUpgrade(socket, refusal.status, refusal.problem);
      else if (isOwnUpgrade(request)) channel.handleUpgrade(request, socket, head);
      else pagesSource?.upgrade?.(request, socket, head);
    };

  async function listenOnPort(): Promise<Listening> {
    isOpenToOthers ||= source.kind === 'none';
    const watched = watch();
    const door = doorFor(isOpenToOthers);
    const routes = ownRoutes(source.kind !== 'none');
    const pagesSource = createPageHandler({
      ...resolved,
      responder,
      content: watched,
      uses,
      clock: systemClock,
      onDown: (problem) => events.say('backend', { state: 'down', problem }),
      onUp() {
        events.say('backend', { state: 'up' });
        publisher.publishReload();
      },
    });

    function answer(request: IncomingMessage, response: ServerResponse): void {
      const refusal = door.checkRequest(request);
      if (refusal) return respondText(response, refusal.status, refusal.problem, { Connection: 'close' });
      if (!routes(request, response)) pagesSource.handle(request, response);
    }
    undos.add(() => void pagesSource.close());

    const listened = await listen({
      ...resolved,
      create: () =>
        createOwnServer({
          answer,
          takesUpgrade: (request) =>
            isOwnUpgrade(request) || (pagesSource.upgrade !== undefined && offersWebSocket(request)),
          upgrade: upgradeFor(door, pagesSource),
          takesBodies: source.kind === 'proxy',
          deadlines,
          connections,
        }),
    });
    for (const server of listened.servers) servers.add(server);
    if (!closing) return listened.listening;
    // It was closed while it was opening the port, and has not seen these servers.
    for (const server of servers) server.close();
    throw alreadyClosed();
  }

  function middleware(): ReloadMiddleware {
    watch();
    void responder.prepare();
    const door = doorFor(false);
    const routes = ownRoutes(true);
    const hosts = new WeakSet<Server>();

    function join(server: Server): void {
      if (hosts.has(server)) return;
      hosts.add(server);
      undos.add(interceptServer(server, { takesUpgrade: isOwnUpgrade, upgrade: upgradeFor(door) }));
    }

    return (request, response, next) => {
      // Node's sockets know their server; nothing else leads from a middleware to it.
      const { server } = request.socket as { server?: Server };
      if (closing || !server) return next();
      join(server);
      // HTTP/2, as of Vite with https, says the host by another name.
      request.headers.host ??= request.headers[':authority']?.toString();
      if (pathOf(request).startsWith(BASE)) {
        const refusal = door.checkRequest(request);
        if (refusal) return respondText(response, refusal.status, refusal.problem);
        return void routes(request, response);
      }
      injectIntoResponse(request, response, responder);
      next();
    };
  }

  async function close(): Promise<void> {
    const stopped = [...servers].map((server) => new Promise<void>((done) => server.close(() => done())));
    for (const undo of undos) undo();
    await channel.close();
    // Nothing is lost with them: pages ask again.
    for (const socket of connections) socket.destroy();
    await Promise.all([...stopped, content?.close()]);
  }

  return {
    listen: listenOnPort,
    middleware,
    notify(files) {
      if (closing) return;
      if (!files || files.length === 0) return publisher.publishReload();
      // What is watched is seen without being told, and compared with what it was.
      const unwatched = files.map((file) => resolve(file)).filter((file) => !content?.isWatched(file));
      if (unwatched.length === 0) return;
      publisher.publish(
        unwatched.map((path) => ({ path, kind: 'changed' })),
        content?.digest(),
      );
    },
    on: events.on,
    ready: async () => void (await watch().ready),
    close: () => (closing ??= close()),
  };
}
