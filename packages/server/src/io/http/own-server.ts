import { createServer, ServerResponse, type Server } from 'node:http';
import type { PendingConnections } from './pending-connections.ts';
import { MAX_HEADER_BYTES, MAX_HEADERS } from './request-guard.ts';

/** Creates the HTTP server of an own port. All of its connections are bounded from the moment they are accepted. [C11] */
export function createOwnServer(pending: PendingConnections): Server {
  class WatchedResponse extends ServerResponse {
    // Node does not emit 'request' for requests that it answers itself, for example with 417.
    constructor(...details: ConstructorParameters<typeof ServerResponse>) {
      super(...details);
      pending.request(this.req, this);
    }
  }
  const server = createServer({
    ServerResponse: WatchedResponse,
    maxHeaderSize: MAX_HEADER_BYTES,
    // `pending` has a timeout for requests and responses, which is exact to the second.
    headersTimeout: 0,
    requestTimeout: 0,
  });
  // One more than the limit, so that the guard sees it. Past this number Node drops headers or rejects the request.
  server.maxHeadersCount = MAX_HEADERS + 1;
  return server.on('connection', (socket) => pending.accept(socket));
}
