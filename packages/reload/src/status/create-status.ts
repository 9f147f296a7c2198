import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathOf } from '@live-online/internal/http/request-path';
import type { ListenTo } from '../events.ts';
import type { ResolvedReloadServerOptions } from '../options/options.ts';
import { publicName } from '../files/shown-path.ts';
import { cacheRoot } from '../project-cache.ts';
import { createPathHider } from './public-text.ts';
import { StatusLog, type ConnectedPage, type StatusAbout } from './status-log.ts';
import { createStatusRoutes, type StatusRoutes } from './status-routes.ts';

/** The page at `/__live-online/`, which shows what the server does. [R21] */
export interface ServerStatus {
  routes: StatusRoutes;
  /** Records the response to a request of a page. */
  recordRequest(request: IncomingMessage, response: ServerResponse): void;
}

export interface ServerStatusOptions {
  options: ResolvedReloadServerOptions;
  on: ListenTo;
  pages: () => readonly ConnectedPage[];
}

export function createStatus({ options, on, pages }: ServerStatusOptions): ServerStatus {
  const { source, roots, allow, cacheFolder } = options;
  const hidePaths = createPathHider([
    ...(source.kind === 'folder' ? [source.folder] : []),
    ...roots,
    ...allow,
    cacheRoot(cacheFolder),
  ]);
  const about = describe(options);
  const log = new StatusLog({
    now: () => Date.now(),
    about: { ...about, ignored: about.ignored.map(hidePaths) },
    pages,
  });
  on('update', (report) => log.recordUpdate(report));
  on('skipped', (report) => log.recordSkipped(report));
  on('backend', (change) => log.recordBackend(change));
  on('warning', (text) => log.recordWarning(hidePaths(text)));
  return {
    routes: createStatusRoutes(() => log.snapshot()),
    recordRequest(request, response) {
      const path = pathOf(request);
      response.once('close', () => {
        if (response.headersSent) log.recordResponse(path, response.statusCode);
      });
    },
  };
}

/** Other devices can see the page, so it names no folder outside of the current one. */
function describe({ source, roots, ignore }: ResolvedReloadServerOptions): StatusAbout {
  const watched = roots.map(publicName);
  const names = {
    folder: () => (source.kind === 'folder' ? publicName(source.folder) : ''),
    proxy: () => (source.kind === 'proxy' ? source.target.origin : ''),
    none: () => watched.join(', '),
  };
  return { kind: source.kind, source: names[source.kind](), watched, ignored: ignore };
}
