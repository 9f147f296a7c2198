import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { systemClock } from '@live-online/internal/system-clock';
import { createCommands, type Commands } from './commands/create-commands.ts';
import { createContentVersions } from './core/content-versions.ts';
import { FeedbackLoops } from './core/feedback-loops.ts';
import { LoopFilter } from './core/loop-filter.ts';
import { createFileUses } from './core/file-uses.ts';
import { createHotFiles } from './core/hot-files.ts';
import { alreadyClosed } from './errors.ts';
import { createEvents, type BackendChange, type Events, type ListenTo } from './events.ts';
import { FileWatcher } from './files/file-watcher.ts';
import { createAllowedHosts } from './http/allowed-hosts.ts';
import { createClientRoutes, SCRIPT_URL, SOCKET_PATH, type ClientRoutes } from './http/client-routes.ts';
import { createHostMiddleware } from './http/host-middleware.ts';
import type { Listening } from './http/listen.ts';
import { listenOnOwnPort } from './own-port.ts';
import type { Deadlines } from './http/own-server.ts';
import { createOwnHeaders, type OwnHeaders } from './http/own-headers.ts';
import { createRequestGuard, type RequestGuard } from './http/request-guard.ts';
import type { ClientSockets } from './http/upgrades.ts';
import { createWorkerWarnings } from './http/worker-warnings.ts';
import { createUpdateChannel, type OpenPage, type UpdateChannel } from './http/update-channel.ts';
import { HtmlResponder, mayBeDocument } from './injection/html-responder.ts';
import { hookResponse } from './injection/response-hook.ts';
import { createServedDocuments } from './injection/served-documents.ts';
import type { ResolvedReloadServerOptions } from './options/options.ts';
import { openProjectCache } from './project-cache.ts';
import type { ReloadMiddleware, ReloadServer } from './reload-server.ts';
import { createPageHandler } from './serving/create-page-handler.ts';
import type { PageHandler } from './serving/page-handler.ts';
import { createLiveReloadServer, type LiveReloadServer } from './livereload/livereload-server.ts';
import { createSyncChannel } from './sync/sync-channel.ts';
import { createStatus, type ServerStatus } from './status/create-status.ts';
import { createUpdatePublisher, nameInRoot, type UpdatePublisher } from './update-publisher.ts';

/** Joins watching, publishing, injection and serving. */
export class Assembly implements ReloadServer {
  readonly on: ListenTo;
  readonly #options: ResolvedReloadServerOptions;
  readonly #deadlines: Readonly<Deadlines>;
  readonly #events: Events = createEvents();
  readonly #cache: ReturnType<typeof openProjectCache>;
  readonly #ownHeaders: OwnHeaders;
  readonly #uses = createFileUses();
  readonly #hotFiles = createHotFiles();
  readonly #documents = createServedDocuments();
  readonly #loops = new FeedbackLoops(systemClock);
  readonly #filter: LoopFilter;
  readonly #versions = createContentVersions(randomBytes(6).toString('base64url'));
  readonly #channel: UpdateChannel;
  readonly #publisher: UpdatePublisher;
  readonly #responder: HtmlResponder;
  readonly #commands: Commands;
  readonly #status: ServerStatus;
  readonly #livereload: LiveReloadServer;
  readonly #sockets: ClientSockets;
  readonly #disposers = new Set<() => void>();
  readonly #servers = new Set<Server>();
  readonly #connections = new Set<Socket>();
  #files: FileWatcher | undefined;
  /** Whether the pages of a host use this server. They may get any file from the host. */
  #hasHost = false;
  #handler: PageHandler | undefined;
  #closing: Promise<void> | undefined;
  /** Whether pages of all servers on this machine may connect. Updates then contain names of files, but no text. [R8] */
  #allowsLoopback = false;

  constructor(options: ResolvedReloadServerOptions, deadlines: Readonly<Deadlines>) {
    this.#options = options;
    this.#deadlines = deadlines;
    this.#ownHeaders = createOwnHeaders(options.headers);
    this.on = this.#events.on;
    const { source, roots, ignore, reloadOnly, cacheFolder } = options;
    this.#cache = openProjectCache(JSON.stringify([source, roots, ignore]), cacheFolder, this.#warn);
    this.#channel = createUpdateChannel({
      path: SOCKET_PATH,
      token: this.#cache.token,
      version: this.#versions.current,
      overlay: () => this.#commands.overlay(),
      originOf: this.#documents.originOf,
      onCached: createWorkerWarnings(this.#warn),
    });
    this.#publisher = createUpdatePublisher({
      folder: source.kind === 'folder' ? source.folder : undefined,
      roots,
      servedFolders: () =>
        source.kind === 'folder' && !this.#hasHost ? [source.folder, ...options.allow] : [],
      useOf: this.#uses.of,
      isHot: this.#hotFiles.isUpdated,
      loops: this.#loops,
      now: systemClock.now,
      reloadOnly,
      versions: this.#versions,
      pages: this.#pages,
      broadcast: (decide) => [...this.#channel.broadcast(decide), ...this.#livereload.broadcast(decide)],
      broadcastVersion: this.#channel.broadcastVersion,
      onUpdate: (report) => {
        if (this.#allowsLoopback && report.pages.reload > 0) this.#loops.assumeRequest();
        this.#events.emit('update', report);
        if (report.files.length > 0) this.#handler?.updated?.();
      },
      onSkipped: (report) => this.#events.emit('skipped', report),
    });
    this.#commands = createCommands({
      ...options,
      token: this.#cache.token,
      hidesText: () => this.#allowsLoopback,
      isSettled: () => this.#files?.isSettled() ?? true,
      publish: (changes) => this.#publisher.publish(changes, this.#files?.digest()),
      onOverlay: (overlay) => this.#channel.broadcastOverlay(overlay),
      onReport: (report) => this.#events.emit('command', report),
      onOutput: (output) => this.#events.emit('output', output),
      onWarning: this.#warn,
    });
    this.#filter = new LoopFilter({
      loops: this.#loops,
      clock: systemClock,
      nameOf: (path) => nameInRoot(path, roots),
      // What a page shows is not a log, and what a command writes answers the command.
      isExempt: (change) =>
        (source.kind === 'folder' && this.#uses.of(change.path) !== 'never') ||
        this.#commands.mayHaveWritten(change),
      onChanges: (changes) => this.#commands.handle(changes),
      onWarning: this.#warn,
    });
    this.#disposers.add(() => this.#filter.close());
    this.#responder = new HtmlResponder({
      documents: this.#documents,
      version: () => this.#versions.current().id,
      scriptUrl: SCRIPT_URL,
      runsFirst: options.scriptErrors,
      onWarning: this.#warn,
    });
    const sync = options.sync ? createSyncChannel(this.#cache.token, options.sync) : undefined;
    if (sync) this.#disposers.add(sync.close);
    this.#sockets = { channel: this.#channel, sync };
    this.#livereload = createLiveReloadServer({
      ...options,
      hosts: createAllowedHosts(options.host, options.allowedHosts),
      onWarning: this.#warn,
    });
    this.#status = createStatus({ options, on: this.on, pages: this.#pages });
  }

  /** All open pages. */
  readonly #pages = (): OpenPage[] => [...this.#channel.pages(), ...this.#livereload.pages()];

  async listen(): Promise<Listening> {
    const serves = this.#options.source.kind !== 'none';
    this.#allowsLoopback ||= !serves;
    const handler = (this.#handler = this.#createPageHandler(this.#watch()));
    this.#disposers.add(() => handler.close());
    const guard = this.#createGuard(this.#allowsLoopback);
    const routes = this.#createRoutes(serves);
    const own = { deadlines: this.#deadlines, connections: this.#connections };
    const { servers, listening, keyPair } = await listenOnOwnPort({
      options: this.#options,
      guard,
      routes,
      handler,
      ownHeaders: this.#ownHeaders,
      sockets: this.#sockets,
      ...own,
      onRequest: this.#recordDocument,
      onWarning: this.#warn,
    });
    const livereload = await this.#livereload.listen({ ...own, keyPair });
    for (const server of [...servers, ...livereload.servers]) this.#servers.add(server);
    if (!this.#closing) {
      // After the caller has subscribed to events.
      setImmediate(() => this.#commands.start());
      return { ...listening, ...livereload.listening };
    }
    // close() was called before these servers existed.
    for (const server of this.#servers) server.close();
    throw alreadyClosed();
  }

  middleware(): ReloadMiddleware {
    this.#watch();
    this.#hasHost = true;
    void this.#responder.prepare();
    return createHostMiddleware({
      guard: this.#createGuard(false),
      sockets: this.#sockets,
      routes: this.#createRoutes(true),
      ownHeaders: this.#ownHeaders,
      onRequest: (request, response) => {
        this.#recordDocument(request, response);
        hookResponse(request, response, this.#ownHeaders.sentBy(this.#responder));
      },
      onAttached: (detach) => this.#disposers.add(detach),
      isClosed: () => this.#closing !== undefined,
    });
  }

  notify(files: readonly string[] = []): void {
    if (this.#closing) return;
    if (files.length === 0) return this.#publisher.publishReload('notify() names no files');
    const unwatched = files.map((file) => resolve(file)).filter((file) => !this.#files?.isWatched(file));
    if (unwatched.length === 0) return;
    this.#publisher.publishNotified(
      unwatched.map((path) => ({ path, kind: 'changed' })),
      this.#files?.digest(),
    );
  }

  async ready(): Promise<void> {
    await this.#watch().ready;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = [...this.#servers].map(
      (server) => new Promise<void>((done) => server.close(() => done())),
    );
    const commandsClosed = this.#commands.close();
    for (const dispose of this.#disposers) dispose();
    await this.#channel.close();
    for (const socket of this.#connections) socket.destroy();
    await Promise.all([...closed, commandsClosed, this.#files?.close()]);
  }

  #watch(): FileWatcher {
    if (this.#closing) throw alreadyClosed();
    const { roots, filter, debounceMs, ignore, poll } = this.#options;
    const { indexFile: cacheFile } = this.#cache;
    return (this.#files ??= new FileWatcher({
      ...{ roots, filter, debounceMs, ignore, poll },
      clock: systemClock,
      includeTexts: () => !this.#allowsLoopback,
      ...(cacheFile !== undefined && { cacheFile }),
      onChanges: (changes) => this.#filter.handle(changes),
      onDigest: (digest) => {
        this.#publisher.publishDigest(digest);
        this.#events.emit('indexed', undefined);
      },
      onWarning: this.#warn,
    }));
  }

  #createPageHandler(files: FileWatcher): PageHandler {
    return createPageHandler({
      ...this.#options,
      responder: this.#ownHeaders.sentBy(this.#responder),
      files,
      uses: this.#uses,
      hotFiles: this.#hotFiles,
      onWarning: this.#warn,
      clock: systemClock,
      onBackend: this.#backendChanged,
    });
  }

  readonly #backendChanged = (change: BackendChange): void => {
    this.#events.emit('backend', change);
    if (change.state === 'down' || this.#commands.publishesRestart()) return;
    this.#publisher.publishReload(
      change.state === 'up' ? 'the backend is up again' : 'the backend has restarted',
    );
  };

  /** @param serves whether pages come through this server or its middleware. */
  #createRoutes(serves: boolean): ClientRoutes {
    return createClientRoutes({
      ...this.#options,
      token: this.#cache.token,
      openEditor: this.#commands.openEditor,
      serves,
      documents: this.#documents,
      version: this.#versions.current,
      onScript: () => this.#loops.endAssumedRequests(),
      status: this.#status.routes,
      sync: this.#options.sync,
    });
  }

  readonly #recordDocument = (request: IncomingMessage, response: ServerResponse): void => {
    this.#status.recordRequest(request, response);
    response.once('close', this.#loops.recordRequest(mayBeDocument(request)));
  };

  #createGuard(allowLoopback: boolean): RequestGuard {
    const { host, allowedHosts, allowedOrigins } = this.#options;
    const hosts = createAllowedHosts(host, allowedHosts);
    return createRequestGuard({ hosts, allowedOrigins, allowLoopback });
  }

  /** Emits in a microtask, because nothing can be subscribed before createReloadServer() has returned. */
  readonly #warn = (text: string): void => queueMicrotask(() => this.#events.emit('warning', text));
}
