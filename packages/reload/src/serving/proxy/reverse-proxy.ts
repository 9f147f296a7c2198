import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { BackendError } from '../templates/backend-error-page.ts';
import { pathOf } from '@live-online/internal/http/request-path';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import type { HotBackend, HotFiles } from '../../core/hot-files.ts';
import type { Clock } from '../../core/ports.ts';
import { respondText } from '../../http/respond.ts';
import { mayBeDocument, type Responder, type ResponseParts } from '../../injection/html-responder.ts';
import { createAddressMap } from './address-map.ts';
import { watchAvailability, type Availability } from './availability.ts';
import { openIdle } from './backend-address.ts';
import { createBackend, type Backend } from './backend.ts';
import { describeBackendError, isUnreachable } from './backend-errors.ts';
import { errorInPage, isNavigation } from './error-answer.ts';
import {
  bodyFraming,
  findNamedFraming,
  requestHeaders,
  responseHeaders,
  type HeaderList,
  type Sides,
} from './headers.ts';
import { RestartDetector } from './restart-detector.ts';
import { revalidated } from './revalidation.ts';
import { rewriteResponse } from './rewrite-body.ts';
import { bufferEarly, forwardRejection, joinTunnel } from './tunnel.ts';

export interface ReverseProxyOptions {
  target: URL;
  /** Whether browsers revalidate all responses. */
  revalidate: boolean;
  /** Whether addresses of the backend in pages and style sheets are mapped to this server. */
  rewrite: boolean;
  responder: Responder;
  clock: Clock;
  /** What the backend updates by itself. */
  hotFiles: HotFiles;
  /** Whether to find out if the backend restarts after updates. */
  watchesRestarts: boolean;
  /** The HTML that is sent in place of a page while the backend is down. */
  renderBackendDown: (problem: string) => string;
  /** The HTML that is sent in place of a response that is not HTTP. */
  renderInvalidResponse: (problem: string) => string;
  /** The HTML around an error of the backend that is not HTML itself. */
  renderError: (error: BackendError) => { before: string; after: string };
  onDown: (problem: string) => void;
  onUp: () => void;
  /** Another process has taken the backend's port, without a time in which there was none. */
  onRestart: () => void;
}

/** The WebSocket protocol of Vite's development server, and of all frameworks that use it. */
const HOT_PROTOCOL = 'vite-hmr';
/** Characters that Node accepts in a status line that it reads, but not in one that it writes. */
// eslint-disable-next-line no-control-regex -- these are the characters
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f]/g;

/** A reverse proxy for one backend. It injects the client into the backend's pages. */
export class ReverseProxy {
  readonly #options: ReverseProxyOptions;
  readonly #backend: Backend;
  readonly #availability: Availability;
  readonly #restarts: RestartDetector;
  readonly #hotBackend: HotBackend;
  #hasResponded = false;

  constructor(options: ReverseProxyOptions) {
    this.#options = options;
    this.#hotBackend = options.hotFiles.addBackend();
    this.#backend = createBackend(options.target);
    const { target, clock, onDown, onUp, onRestart } = options;
    const availability = watchAvailability(target, clock, {
      onDown: (problem) => {
        this.#restarts.rest();
        onDown(problem);
      },
      onUp: () => {
        this.#restarts.resume();
        onUp();
      },
    });
    this.#availability = availability;
    this.#restarts = new RestartDetector({
      clock,
      open: (events) => openIdle(target, events),
      wasUp: () => this.#hasResponded,
      onGone: (error) => availability.failed(describeBackendError(error)),
      onRestart,
    });
  }

  isForBackend(): boolean {
    return true;
  }

  /** Watches whether the backend restarts, because its files may have changed. */
  updated(): void {
    if (this.#options.watchesRestarts) this.#restarts.watch();
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const problem = problemOf(request);
    if (problem !== undefined) return respondText(response, 400, problem, { Connection: 'close' });
    this.#hotBackend.recordRequest(pathOf(request));
    const sides = this.#sidesOf(request);
    const sent = this.#backend.request(request, [
      ...requestHeaders(request.rawHeaders, sides, mayBeDocument(request)),
      ...bodyFraming(request.headers, request.method ?? 'GET'),
      ['Connection', 'close'],
    ]);
    const reject = (reason: string): void => {
      sent.destroy();
      this.#fail(request, response, new Error(reason));
    };
    const endWait = this.#restarts.requested();
    sent.once('close', endWait);
    let responded = false;
    sent.once('response', (received) => {
      endWait();
      this.#hasResponded = true;
      this.#availability.responded();
      // Node accepts such a status, but does not write one.
      if (!isSendable(received.statusCode!, request))
        return reject(`its status ${received.statusCode} is invalid`);
      responded = true;
      received.once('close', () => discardUpload(request, sent));
      this.#forward(request, response, received, sides);
    });
    sent.once('upgrade', () => reject('it switches protocols without a request for an upgrade'));
    sent.once('error', (error: NodeJS.ErrnoException) => {
      if (responded || response.headersSent) return void response.destroy();
      if (!response.destroyed) this.#fail(request, response, error);
    });
    response.once('close', () => {
      if (!response.writableFinished) sent.destroy();
    });
    request.pipe(sent);
  }

  #forward(
    request: IncomingMessage,
    response: ServerResponse,
    received: IncomingMessage,
    sides: Sides,
  ): void {
    const { responder, revalidate, rewrite, target, renderError } = this.#options;
    const status = received.statusCode!;
    const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
    if (!hasBody) received.resume();
    const headers = responseHeaders(received.rawHeaders, sides);
    const parts: ResponseParts = {
      status,
      statusMessage: (received.statusMessage ?? '').replace(UNPRINTABLE, ''),
      headers: revalidate ? revalidated(headers) : headers,
      body: hasBody ? received : undefined,
    };
    const send = (page?: ResponseParts): void => {
      const sent = page ?? (rewrite ? rewriteResponse(parts, createAddressMap(sides)) : parts);
      void responder.send(request, response, sent);
    };
    if (!hasBody || status < 400 || !isNavigation(request)) send();
    else void errorInPage(request, { ...parts, body: received }, target, renderError).then(send);
  }

  /** Responds in place of the backend: 503 with a page that waits for it if it is not running, otherwise 502. */
  #fail(request: IncomingMessage, response: ServerResponse, error: NodeJS.ErrnoException): void {
    const { target, responder, renderBackendDown, renderInvalidResponse } = this.#options;
    const problem = describeBackendError(error);
    const isDown = isUnreachable(error);
    request.unpipe();
    request.resume();
    if (isDown) this.#availability.failed(problem);
    if (!mayBeDocument(request)) {
      return respondText(response, 502, `the backend ${target.origin} does not respond: ${problem}`);
    }
    const body = Buffer.from(isDown ? renderBackendDown(problem) : renderInvalidResponse(problem));
    void responder.send(request, response, {
      status: isDown ? 503 : 502,
      headers: [
        ['Content-Type', 'text/html; charset=utf-8'],
        ['Content-Length', String(body.length)],
        ['Cache-Control', 'no-store'],
        ...(isDown ? ([['Retry-After', '1']] as const) : []),
      ],
      body,
    });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const problem = problemOf(request);
    if (problem !== undefined) return rejectUpgrade(socket, 400, problem);
    this.#backend.track(socket);
    socket.on('error', () => {});
    const sides = this.#sidesOf(request);
    const sent = this.#backend.request(request, [
      ...requestHeaders(request.rawHeaders, sides, false),
      ['Connection', 'Upgrade'],
      ['Upgrade', request.headers.upgrade ?? 'websocket'],
    ]);
    const takeEarly = bufferEarly(socket, head);
    const endWait = this.#restarts.requested();
    sent.once('close', endWait);
    let responded = false;
    socket.once('close', () => sent.destroy());
    const receive = ({ rawHeaders }: IncomingMessage): HeaderList => {
      endWait();
      this.#hasResponded = true;
      this.#availability.responded();
      responded = true;
      return responseHeaders(rawHeaders, sides);
    };
    sent.once('upgrade', (accepted, stream, first) => {
      const headers = receive(accepted);
      if (accepted.headers['sec-websocket-protocol'] === HOT_PROTOCOL) {
        socket.once('close', this.#hotBackend.recordSocket());
      }
      const upstream = this.#backend.track(stream);
      joinTunnel({ socket, accepted, headers, upstream, first, early: takeEarly() });
    });
    sent.once('response', (rejected) => {
      const headers = receive(rejected);
      takeEarly();
      forwardRejection(socket, rejected, headers);
    });
    sent.on('error', (error) => {
      if (responded || socket.destroyed) return void socket.destroy();
      const reason = describeBackendError(error);
      if (isUnreachable(error)) this.#availability.failed(reason);
      takeEarly();
      rejectUpgrade(socket, 502, `the backend ${this.#options.target.origin} does not respond: ${reason}`);
    });
    sent.end();
  }

  close(): void {
    this.#availability.close();
    this.#restarts.close();
    this.#backend.close();
  }

  #sidesOf(request: IncomingMessage): Sides {
    const scheme = 'encrypted' in request.socket ? 'https' : 'http';
    return { target: this.#options.target, host: request.headers.host ?? 'localhost', scheme };
  }
}

/**
 * Reads what is left of an upload after the whole response. The backend ends its connection then, because each one has a single
 * request. Many clients read the response only when they have sent everything.
 */
function discardUpload(request: IncomingMessage, sent: ClientRequest): void {
  if (request.readableEnded) return;
  request.unpipe(sent);
  request.resume();
  // Otherwise a backend that reads no more would keep the connection.
  sent.destroy();
}

/** HTTP/2 has no status above 599. Over HTTP/1.1, some servers use one. */
function isSendable(status: number, { httpVersionMajor }: IncomingMessage): boolean {
  return status >= 200 && (status < 600 || httpVersionMajor < 2);
}

/** Why a request cannot be forwarded as it was read here; `undefined` if it can. */
function problemOf({ rawHeaders, headers }: IncomingMessage): string | undefined {
  // Node removes the chunks, and no other coding of the transfer: the backend would take the coded bytes for the body.
  if (!/^chunked$/i.test(headers['transfer-encoding'] ?? 'chunked'))
    return 'Transfer-Encoding must be chunked';
  const name = findNamedFraming(rawHeaders);
  return name === undefined ? undefined : `the Connection header must not name ${name}`;
}
