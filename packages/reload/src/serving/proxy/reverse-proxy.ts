import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import type { Clock } from '../../core/ports.ts';
import { respondText } from '../../http/respond.ts';
import { mayBeDocument, type HtmlResponder } from '../../injection/html-response.ts';
import { watchAvailability } from './availability.ts';
import { createBackend, type Backend } from './backend.ts';
import { describeBackendError, isUnreachable } from './backend-errors.ts';
import {
  bodyFraming,
  findNamedFraming,
  requestHeaders,
  responseHeaders,
  type HeaderList,
  type Sides,
} from './headers.ts';
import { joinTunnel, passRejection, readEarly } from './tunnel.ts';

/** A reverse proxy in front of one backend, which puts the client into its pages. */
export interface ReverseProxy {
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export interface ReverseProxyOptions {
  target: URL;
  responder: HtmlResponder;
  clock: Clock;
  /** The HTML that is shown in place of a page while the backend does not answer. */
  renderBackendDown: (problem: string) => string;
  onDown: (problem: string) => void;
  onUp: () => void;
}

/** What Node reads in a status line and rejects when it writes one. */
// eslint-disable-next-line no-control-regex -- these are the characters
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f]/g;

export function createReverseProxy(options: ReverseProxyOptions): ReverseProxy {
  return new BackendProxy(options);
}

class BackendProxy implements ReverseProxy {
  readonly #options: ReverseProxyOptions;
  readonly #backend: Backend;
  readonly #availability: ReturnType<typeof watchAvailability>;

  constructor(options: ReverseProxyOptions) {
    this.#options = options;
    this.#backend = createBackend(options.target);
    this.#availability = watchAvailability(options.target, options.clock, options);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const problem = problemOf(request);
    if (problem !== undefined) return respondText(response, 400, problem, { Connection: 'close' });
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
    let answered = false;
    sent.once('response', (answer) => {
      this.#availability.answered();
      // Node reads statuses that it does not write.
      if (answer.statusCode! < 200) return reject(`its status ${answer.statusCode} is not valid`);
      answered = true;
      this.#passOn(request, response, answer, sides);
    });
    sent.once('upgrade', () => reject('it takes an upgrade that was not requested'));
    sent.once('error', (error: NodeJS.ErrnoException) => {
      if (answered || response.headersSent) return void response.destroy();
      if (!response.destroyed) this.#fail(request, response, error);
    });
    response.once('close', () => {
      if (!response.writableFinished) sent.destroy();
    });
    request.pipe(sent);
  }

  #passOn(request: IncomingMessage, response: ServerResponse, answer: IncomingMessage, sides: Sides): void {
    const status = answer.statusCode!;
    const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
    if (!hasBody) answer.resume();
    void this.#options.responder.send(request, response, {
      status,
      statusMessage: (answer.statusMessage ?? '').replace(UNPRINTABLE, ''),
      headers: responseHeaders(answer.rawHeaders, sides),
      body: hasBody ? answer : undefined,
    });
  }

  /** Answers in place of the backend: 503 with a page that waits for it if it is not running, otherwise 502. */
  #fail(request: IncomingMessage, response: ServerResponse, error: NodeJS.ErrnoException): void {
    const { target, responder, renderBackendDown } = this.#options;
    const problem = describeBackendError(error);
    request.unpipe();
    request.resume();
    if (isUnreachable(error)) this.#availability.failed(problem);
    if (!mayBeDocument(request) || !isUnreachable(error)) {
      return respondText(response, 502, `${target.origin} does not answer: ${problem}`);
    }
    const body = Buffer.from(renderBackendDown(problem));
    void responder.send(request, response, {
      status: 503,
      headers: [
        ['Content-Type', 'text/html; charset=utf-8'],
        ['Content-Length', String(body.length)],
        ['Cache-Control', 'no-store'],
        ['Retry-After', '1'],
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
    const takeEarly = readEarly(socket, head);
    let answered = false;
    socket.once('close', () => sent.destroy());
    const answeredWith = (answer: IncomingMessage): HeaderList => {
      this.#availability.answered();
      answered = true;
      return responseHeaders(answer.rawHeaders, sides);
    };
    sent.once('upgrade', (answer, stream, first) => {
      const headers = answeredWith(answer);
      const upstream = this.#backend.track(stream);
      joinTunnel({ socket, answer, headers, upstream, first, early: takeEarly() });
    });
    sent.once('response', (answer) => {
      const headers = answeredWith(answer);
      takeEarly();
      passRejection(socket, answer, headers);
    });
    sent.on('error', (error) => {
      if (answered || socket.destroyed) return void socket.destroy();
      const reason = describeBackendError(error);
      if (isUnreachable(error)) this.#availability.failed(reason);
      takeEarly();
      rejectUpgrade(socket, 502, `${this.#options.target.origin} does not answer: ${reason}`);
    });
    sent.end();
  }

  async close(): Promise<void> {
    this.#availability.close();
    this.#backend.close();
  }

  #sidesOf(request: IncomingMessage): Sides {
    return { target: this.#options.target, host: request.headers.host ?? 'localhost' };
  }
}

/** Why a request cannot be passed on as it was read here, if it cannot. */
function problemOf({ rawHeaders }: IncomingMessage): string | undefined {
  const name = findNamedFraming(rawHeaders);
  return name === undefined ? undefined : `the Connection header must not name ${name}`;
}
