import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ListenTo } from './events.ts';
import type { Listening } from './http/listen.ts';

/** A middleware for Express, Connect, Vite's `server.middlewares`, or Fastify's `onRequest` hook. */
export type ReloadMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Refreshes pages when files change. */
export interface ReloadServer {
  /**
   * Serves on its own port.
   *
   * @throws ReloadServerError `port-in-use`, `port-forbidden`, `host-unknown`, `listen-failed`, `closed`
   */
  listen(): Promise<Listening>;
  /**
   * Returns a middleware that injects the client into HTML responses of a host app. It finds the host's server with the
   * first request. Other routes and sockets of the host are not changed.
   *
   * @throws ReloadServerError `closed`
   */
  middleware(): ReloadMiddleware;
  /**
   * Publishes an update for files that are not watched, such as those of a build. Without files, every page reloads.
   * Watched files are ignored, because their changes are published anyway.
   */
  notify(files?: readonly string[]): void;
  /** Subscribes to an event. Returns a function that unsubscribes. */
  on: ListenTo;
  /** Resolves when all folders are watched. */
  ready(): Promise<void>;
  /** Frees the port and disconnects all pages, which then try to reconnect. May be called twice. */
  close(): Promise<void>;
}
