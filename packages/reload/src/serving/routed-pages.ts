import type { IncomingMessage } from 'node:http';
import { pathOf } from '@live-online/internal/http/request-path';
import type { PageHandler } from './page-handler.ts';

export interface RoutedHandler {
  /** Such as `/api`. */
  prefix: string;
  handler: PageHandler;
}

/** Whether a path is the prefix or lies below it: `/api` and `/api/users`, but not `/apis`. */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

/** Sends the requests below some prefixes to other handlers. The longest prefix counts. */
export function routePages(main: PageHandler, routes: readonly RoutedHandler[]): PageHandler {
  const longestFirst = [...routes].sort((a, b) => b.prefix.length - a.prefix.length);
  const all = [main, ...routes.map(({ handler }) => handler)];
  const handlerOf = (request: IncomingMessage): PageHandler => {
    const path = pathOf(request);
    return longestFirst.find(({ prefix }) => isBelow(path, prefix))?.handler ?? main;
  };
  return {
    isForBackend: (request) => handlerOf(request).isForBackend(request),
    handle: (request, response) => handlerOf(request).handle(request, response),
    upgrade: (request, socket, head) => handlerOf(request).upgrade?.(request, socket, head),
    updated() {
      for (const handler of all) handler.updated?.();
    },
    close() {
      for (const handler of all) handler.close();
    },
  };
}
