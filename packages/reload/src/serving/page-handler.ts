import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Serves pages from a folder or a backend, or serves none. */
export interface PageHandler {
  /** Whether a backend gets the request. */
  isForBackend(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Handles WebSockets of a backend. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Reports an update of changed files: a backend may restart now. */
  updated?(): void;
  close(): void;
}
