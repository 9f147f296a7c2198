import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { respondText } from '@live-online/internal/http/respond-text';
import { pathOf, queryOf } from '@live-online/internal/http/request-path';
import { interceptServer } from '@live-online/internal/intercept-server';
import { acceptsUpgrade, notFound, serveRequest, serveUpgrade, type Mount } from './mount.ts';

type Mounts = ReadonlyMap<string, Mount>;

/** The mounts of each server by their paths, and a function that ends the interception of its events. */
const interceptions = new WeakMap<Server, { mounts: Map<string, Mount>; end: () => void }>();

/**
 * Serves a counter below a path of an HTTP server, before the server's own listeners see a request. [C10]
 *
 * @returns a function that unmounts it, and leaves the server as it was found. It may be called twice. `undefined` if
 * another counter has this path.
 */
export function mountAt(server: Server, mount: Mount): (() => void) | undefined {
  let interception = interceptions.get(server);
  if (!interception) {
    const mounts = new Map<string, Mount>();
    interception = { mounts, end: intercept(server, mounts) };
    interceptions.set(server, interception);
  }
  const { mounts, end } = interception;
  if (mounts.has(mount.path)) return undefined;
  mounts.set(mount.path, mount);
  return () => {
    if (mounts.get(mount.path) !== mount) return;
    mounts.delete(mount.path);
    if (mounts.size > 0) return;
    interceptions.delete(server);
    end();
  };
}

function intercept(server: Server, mounts: Mounts): () => void {
  let isChecked = false;
  return interceptServer(server, {
    request(request, response) {
      if (!isChecked && hasSecondServer(server))
        for (const mount of mounts.values()) mount.onSecondServer?.();
      isChecked = true;
      const mount = mountOf(mounts, request);
      // On an own port nothing else answers the request.
      if (!mount && server.listenerCount('request') > 0) return false;
      if (mount) serveRequest(mount, request, response);
      else if (!redirect(mounts, request, response)) notFound(request, response);
      return true;
    },
    acceptsUpgrade(request) {
      const mount = mountOf(mounts, request);
      return mount !== undefined && acceptsUpgrade(mount, request);
    },
    upgrade(request, socket, head) {
      serveUpgrade(mountOf(mounts, request)!, request, socket, head);
    },
  });
}

/** Fastify has one for each address of `localhost`. It listens for this event of the first, to stop the others. */
function hasSecondServer(server: Server): boolean {
  return server.listenerCount('unref') > 0;
}

/** The mount of a request: the one with the longest path. */
function mountOf(mounts: Mounts, request: IncomingMessage): Mount | undefined {
  const pathname = pathOf(request);
  let found: Mount | undefined;
  for (const mount of mounts.values()) {
    if (pathname.startsWith(mount.path) && mount.path.length > (found?.path.length ?? 0)) found = mount;
  }
  return found;
}

/** Redirects a request that lacks the last slash of a path, as `/live` for `/live/`. Returns whether it did. */
function redirect(mounts: Mounts, request: IncomingMessage, response: ServerResponse): boolean {
  const pathname = pathOf(request);
  if (!mounts.has(`${pathname}/`)) return false;
  // Relative, because a proxy may add a prefix to the path.
  const location = `${pathname.slice(pathname.lastIndexOf('/') + 1)}/${queryOf(request)}`;
  respondText(response, 308, `the path ends with a slash: ${location}`, {
    Location: location,
    'Access-Control-Allow-Origin': '*',
  });
  return true;
}
