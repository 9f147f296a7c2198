import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers one request. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** Routes by their path below the counter's path, without a leading slash. */
export interface RouteTable {
  get(path: string): Route | undefined;
}
