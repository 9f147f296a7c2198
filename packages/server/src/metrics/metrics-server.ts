import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { hostInUrl, listenOn } from '@live-online/internal/http/listen-on';
import { pathOf } from '@live-online/internal/http/request-path';
import { respondText } from '@live-online/internal/http/respond-text';
import { METRICS_TYPE } from '../io/http/operations-routes.ts';

/** The port of its own that serves `/metrics` without a token. */
export interface MetricsServer {
  url: string;
  close(): Promise<void>;
}

/** Most connections at a time: a scraper needs one. */
const MAX_CONNECTIONS = 100;
const TIMEOUT_MS = 10_000;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;
/** An address, or a name that no public DNS has: without a dot, or below `localhost` or `internal`. With a port or not. */
const PRIVATE_NAME =
  /^(?:[\w-]+|(?:[\w-]+\.)+(?:localhost|internal)|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d+)?$/i;

/**
 * Opens the port of the metrics.
 *
 * @throws NodeJS.ErrnoException of `listen()`
 */
export async function openMetricsServer(
  host: string,
  port: number,
  read: () => Promise<string>,
): Promise<MetricsServer> {
  const isOwn = LOOPBACK_HOST.test(host);
  const server = createServer(
    { requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS },
    (request, response) => {
      if (isOwn && !isForPrivateName(request)) {
        return respondText(
          response,
          403,
          'the metrics answer to localhost, addresses and private names only: see --metrics-host',
        );
      }
      if (pathOf(request) !== '/metrics') return respondText(response, 404, 'the metrics are at /metrics');
      respondMetrics(request, response, read);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  const bound = await listenOn(server, { host, port });
  return {
    url: `http://${hostInUrl(host)}:${bound}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A page whose name resolves to this machine could read the answer otherwise (DNS rebinding). Browsers always send Host. */
function isForPrivateName({ headers }: IncomingMessage): boolean {
  return headers.host === undefined || PRIVATE_NAME.test(headers.host);
}

/** Answers a scrape. */
function respondMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  read: () => Promise<string>,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return respondText(response, 405, 'only GET and HEAD are answered here', { Allow: 'GET, HEAD' });
  }
  read().then(
    (text) => {
      response.writeHead(200, { 'Content-Type': METRICS_TYPE, 'Cache-Control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : text);
    },
    () => respondText(response, 500, 'the metrics could not be read'),
  );
}
