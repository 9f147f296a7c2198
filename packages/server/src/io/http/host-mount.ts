import type { IncomingMessage } from 'node:http';
import { Server } from 'node:net';
import { Duplex } from 'node:stream';
import { callInvalid } from '../../errors.ts';
import { createMiddleware, type CounterMiddleware } from './middleware.ts';
import { acceptsUpgrade, serveUpgrade, type Mount } from './mount.ts';

export interface HostMountOptions {
  /** Called at the first use: the routes read the script. */
  createMount: () => Mount;
  /** Opens the store the first time. */
  open: () => void;
  /** Called once for each mistake in the host's set-up. */
  onMistake: (message: string) => void;
}

/** Serves requests and upgrades that the host's own code passes on. [C10] */
export interface HostMount {
  middleware(): CounterMiddleware;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Warns that the host has a second server, unless it passes requests on. */
  reportSecondServer(): void;
  /** From now on it serves nothing. */
  unmount(): void;
}

export function createHostMount({ createMount, open, onMistake }: HostMountOptions): HostMount {
  let mount: Mount | undefined;
  let isUnmounted = false;
  /** The mount, or `undefined` when the counter is closed. */
  const mountNow = (): Mount | undefined => (isUnmounted ? undefined : (mount ??= createMount()));
  /** A host may pass one upgrade on twice, by two listeners. Nothing of the request is retained. */
  let latest: WeakRef<IncomingMessage> | undefined;
  let hasMiddleware = false;
  const mistakes = new Set<string>();
  const warn = (mistake: string): void => {
    if (mistakes.has(mistake)) return;
    mistakes.add(mistake);
    onMistake(mistake);
  };

  return {
    middleware(...misplaced: unknown[]) {
      if (misplaced.length > 0) {
        throw callInvalid('counter.middleware() creates the middleware: write use(counter.middleware())');
      }
      open();
      hasMiddleware = true;
      return createMiddleware(mountNow, warn);
    },
    handleUpgrade(request, socket, head) {
      if (typeof request?.url !== 'string' || !(socket instanceof Duplex) || !Buffer.isBuffer(head)) {
        throw callInvalid(
          'counter.handleUpgrade() takes (request, socket, head) of an "upgrade" event: ' +
            'server.on("upgrade", (request, socket, head) => counter.handleUpgrade(request, socket, head))',
        );
      }
      const mounted = mountNow();
      if (!mounted) return false;
      open();
      if (!acceptsUpgrade(mounted, request)) return false;
      if (latest?.deref() === request) return true;
      latest = new WeakRef(request);
      serveUpgrade(mounted, request, socket, head);
      return true;
    },
    reportSecondServer() {
      if (!hasMiddleware) warn(SECOND_SERVER);
    },
    unmount() {
      isUnmounted = true;
    },
  };
}

const SECOND_SERVER =
  'counter.attach(app.server) is on one of the two servers that Fastify opens for localhost; the other one does not serve ' +
  'the counter: pass its requests to counter.middleware() in a hook for "onRequest", or listen on one host, such as "::"';

/** Apps of frameworks have events, too, so that attaching to one would fail without any error. */
export function assertServer(server: unknown): void {
  if (server instanceof Server) return;
  throw callInvalid(
    'counter.attach() takes an HTTP server, not an app: the result of http.createServer(app) or app.listen(), ' +
      'in Fastify app.server, in NestJS app.getHttpServer()',
  );
}
