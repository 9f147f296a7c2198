import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers one request. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers the requests below a prefix. `rest` is the path after the prefix, still percent-encoded. */
export type PrefixRoute = (request: IncomingMessage, response: ServerResponse, rest: string) => void;

/** The routes of one part of the server. Each checks its methods itself. */
export interface RouteGroup {
  /** By their whole path below the counter's path, without a leading slash. */
  readonly exact?: Readonly<Record<string, Route>>;
  /** By their first segment with its slash, such as `v1/`. */
  readonly prefixes?: Readonly<Record<string, PrefixRoute>>;
}

/** Routes by their path below the counter's path, without a leading slash. */
export interface RouteTable {
  get(path: string): Route | undefined;
}
