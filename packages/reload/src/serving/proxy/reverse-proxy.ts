import {
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { rejectUpgrade } from '@live-online/internal/reject-upgrade';
import type { Clock } from '../../core/ports.ts';
import { mayBeDocument, type HtmlResponder } from '../../injection/html-response.ts';
import { respondText } from '../../http/respond.ts';
import { watchAvailability } from './availability.ts';
import {
  bodyFraming,
  findNamedFraming,
  requestHeaders,
  responseHeaders,
  type HeaderList,
  type Sides,
} from './headers.ts';
import { joinTunnel, passRejection, readEarly } from './tunnel.ts';

/** Sits in front of one backend, and puts the client into its pages. */
export interface Proxy {
  handle(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export interface ProxyOptions {
  target: URL;
  responder: HtmlResponder;
  clock: Clock;
  /** The HTML that stands in for pages while the backend is away. */
  waitingPage: (problem: string) => string;
  onDown: (problem: string) => void;
  onUp: () => void;
}

/** How long the backend may take to accept a connection, in ms. What it takes to answer is its own affair. */
const CONNECT_MS = 5_000;
/** What Node reads in a status line and refuses to write. */
// eslint-disable-next-line no-control-regex -- these are the characters
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f]/g;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export function createProxy(options: ProxyOptions): Proxy {
  const { target, responder, clock, waitingPage } = options;
  const available = watchAvailability(target, clock, options);
  const open = new Set<{ destroy(): unknown }>();
  const secure = target.protocol === 'https:';

  function track<Thing extends { destroy(): unknown; once(event: 'close', done: () => void): unknown }>(
    thing: Thing,
  ): Thing {
    open.add(thing);
    thing.once('close', () => open.delete(thing));
    return thing;
  }

  function ask(request: IncomingMessage, headers: [string, string][]): ClientRequest {
    const settings: RequestOptions & { rejectUnauthorized?: boolean } = {
      host: target.hostname.replace(/[[\]]/g, ''),
      port: target.port || (secure ? 443 : 80),
      method: request.method ?? 'GET',
      path: pathOf(request),
      headers: headers.flat(),
      setHost: false,
      // A connection for each request: an answer can never be taken for another one's.
      agent: false,
      // Certificates on this machine are made by hand.
      ...(secure && LOOPBACK.test(target.hostname) && { rejectUnauthorized: false }),
    };
    const sent = track(
      (secure ? requestHttps : requestHttp)({ ...settings, autoSelectFamily: true } as RequestOptions),
    );
    sent.setNoDelay(true);
    const impatience = setTimeout(
      () => sent.destroy(new Error('it does not accept connections')),
      CONNECT_MS,
    );
    sent.once('socket', (socket) => {
      const connected = (): void => clearTimeout(impatience);
      socket.once(secure ? 'secureConnect' : 'connect', connected);
      socket.once('close', connected);
    });
    sent.once('close', () => clearTimeout(impatience));
    return sent;
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const problem = problemOf(request);
    if (problem !== undefined) return respondText(response, 400, problem, { Connection: 'close' });
    const sides = sidesOf(request);
    const asDocument = mayBeDocument(request);
    const sent = ask(request, [
      ...requestHeaders(request.rawHeaders, sides, asDocument),
      ...bodyFraming(request.headers, request.method ?? 'GET'),
      ['Connection', 'close'],
    ]);
    let answered = false;
    sent.once('response', (answer) => {
      available.answered();
      // Node reads statuses that it does not write.
      if (answer.statusCode! < 200) return refuse(`its status ${answer.statusCode} is none`);
      answered = true;
      const headers = responseHeaders(answer.rawHeaders, sides);
      const hasBody = request.method !== 'HEAD' && answer.statusCode !== 204 && answer.statusCode !== 304;
      if (!hasBody) answer.resume();
      void responder.send(request, response, {
        status: answer.statusCode!,
        statusMessage: (answer.statusMessage ?? '').replace(UNPRINTABLE, ''),
        headers,
        body: hasBody ? answer : undefined,
      });
    });
    sent.once('upgrade', () => refuse('it takes an upgrade that nobody asked for'));
    sent.once('error', (error: NodeJS.ErrnoException) => {
      if (answered || response.headersSent) return void response.destroy();
      if (response.destroyed) return;
      fail(request, response, error);
    });
    response.once('close', () => {
      if (!response.writableFinished) sent.destroy();
    });
    request.pipe(sent);

    function refuse(problem: string): void {
      sent.destroy();
      fail(request, response, new Error(problem));
    }
  }

  function fail(request: IncomingMessage, response: ServerResponse, error: NodeJS.ErrnoException): void {
    const problem = describe(error);
    request.unpipe();
    request.resume();
    if (isAway(error)) available.failed(problem);
    const text = `${target.origin} does not answer: ${problem}`;
    if (!mayBeDocument(request) || !isAway(error)) return respondText(response, 502, text);
    const body = Buffer.from(waitingPage(problem));
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

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const problem = problemOf(request);
    if (problem !== undefined) return rejectUpgrade(socket, 400, problem);
    track(socket);
    socket.on('error', () => {});
    const sides = sidesOf(request);
    const sent = ask(request, [
      ...requestHeaders(request.rawHeaders, sides, false),
      ['Connection', 'Upgrade'],
      ['Upgrade', request.headers.upgrade ?? 'websocket'],
    ]);
    const takeEarly = readEarly(socket, head);
    let answered = false;
    socket.once('close', () => sent.destroy());
    const answeredWith = (answer: IncomingMessage): HeaderList => {
      available.answered();
      answered = true;
      return responseHeaders(answer.rawHeaders, sides);
    };
    sent.once('upgrade', (answer, upstream, first) => {
      const headers = answeredWith(answer);
      joinTunnel({ socket, answer, headers, upstream: track(upstream), first, early: takeEarly() });
    });
    sent.once('response', (answer) => {
      const headers = answeredWith(answer);
      takeEarly();
      passRejection(socket, answer, headers);
    });
    sent.on('error', (error) => {
      if (answered || socket.destroyed) return void socket.destroy();
      if (isAway(error)) available.failed(describe(error));
      takeEarly();
      rejectUpgrade(socket, 502, `${target.origin} does not answer: ${describe(error)}`);
    });
    sent.end();
  }

  function sidesOf(request: IncomingMessage): Sides {
    return { target, host: request.headers.host ?? 'localhost' };
  }

  return {
    handle,
    upgrade,
    async close() {
      available.close();
      for (const thing of open) thing.destroy();
    },
  };
}

/** The path alone: a request that names another host does not get there. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.startsWith('/') || path === '*' ? path : `/${path}`;
}

/** Why a request cannot be passed on as it was read here, if it cannot. */
function problemOf({ rawHeaders }: IncomingMessage): string | undefined {
  const name = findNamedFraming(rawHeaders);
  return name === undefined ? undefined : `the Connection header must not name ${name}`;
}

function isAway({ code, message }: NodeJS.ErrnoException): boolean {
  const away = [
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EPIPE',
  ];
  return (
    (code !== undefined && away.includes(code)) ||
    message === 'it does not accept connections' ||
    message === 'socket hang up'
  );
}

function describe({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'there is no host of this name';
  if (code === 'ECONNRESET') return 'it broke the connection off';
  return message || (code ?? 'unknown');
}
