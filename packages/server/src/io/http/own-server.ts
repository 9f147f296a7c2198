import { createServer, ServerResponse, type Server } from 'node:http';
import type { PendingConnections } from './pending-connections.ts';
import { MAX_HEADER_BYTES, MAX_HEADERS } from './request-guard.ts';

/** An HTTP server for a port of our own: whatever comes there is watched from the moment it is accepted. [C11] */
export function createOwnServer(pending: PendingConnections): Server {
  class WatchedResponse extends ServerResponse {
    // In place of the event 'request', which Node does not emit for what it answers by itself, such as 417.
    constructor(...details: ConstructorParameters<typeof ServerResponse>) {
      super(...details);
      pending.request(this.req, this);
    }
  }
  const server = createServer({
    ServerResponse: WatchedResponse,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Every connection has a deadline already, which holds to the second and for its answers, too.
    headersTimeout: 0,
    requestTimeout: 0,
  });
  // One too many is enough to be noticed. Node drops what is over it, or rejects the request, depending on its version.
  server.maxHeadersCount = MAX_HEADERS + 1;
  return server.on('connection', pending.accept);
}
