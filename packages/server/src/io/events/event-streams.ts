import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { respondText } from '@live-online/internal/http/respond-text';
import type { Counter } from '../../core/counter.ts';
import type { Clock } from '../../core/ports.ts';
import type { CounterStats } from '../../core/stats.ts';
import type { HandshakeGuard } from '../admission/handshake-guard.ts';
import { forgetHeaders } from '../http/forget-headers.ts';
import type { AnswerRelay } from './answer-relay.ts';
import { Deadlines } from './deadlines.ts';
import { encodeOpen, encodeRejection } from './encode-events.ts';
import { EventStream } from './event-stream.ts';
import { readHandshake, readSid } from './read-query.ts';

/** A client is asked so long after its stream was opened, or after its last answer. */
const PING_INTERVAL_MS = 10_000;
/** The stream of a client that does not answer for as long ends. */
const PING_TIMEOUT_MS = 15_000;
/**
 * How long a member is counted after its stream has ended without an answer. A client whose answers reach another server
 * is alive, and opens another stream within that time.
 */
const AWAIT_MS = 4_000;
/** The bounds of the time after which a browser opens an ended stream again: not all clients at once. */
const RETRY_MS = { from: 500, to: 1_500 };

const ignoreError = (): void => {};

/** Any page may read the responses: the handshake decides which are counted. */
const CORS = { 'Access-Control-Allow-Origin': '*' };

export interface EventStreamsOptions {
  counter: Pick<Counter, 'join'>;
  handshakeGuard: HandshakeGuard;
  stats: CounterStats;
  clock: Clock;
  /** From 0 up to 1. */
  random: () => number;
  /** How long `close()` waits for clients to take the end of their streams before it destroys them, in ms. */
  closeTimeoutMs: number;
  /** Called before a stream is counted. It may destroy streams. */
  beforeJoin: () => void;
  /** Called with each stream that is opened: it is a session, and no request that waits for its response. */
  onOpen: (request: IncomingMessage, response: ServerResponse) => void;
  /** Where the processes of one port share their connections: brings answers to the process that has the stream. */
  relay?: AnswerRelay | undefined;
}

/**
 * Serves the counter as server-sent events, for clients whose WebSocket does not get through.
 *
 * A stream alone does not show whether its client is alive: a reverse proxy may keep it open. So the client answers pings
 * by requests of their own. Where these reach another server, the stream ends, and its client opens another one: that it
 * comes back shows the same. [C8]
 */
export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #streams = new Map<string, EventStream>();
  readonly #toPing: Deadlines<EventStream>;
  readonly #toAnswer: Deadlines<EventStream>;
  readonly #awaited: Deadlines<EventStream>;
  readonly #closed = new Set<() => void>();
  #isLocked = false;

  constructor(options: EventStreamsOptions) {
    const { clock, relay } = options;
    this.#options = options;
    this.#toPing = new Deadlines(clock, PING_INTERVAL_MS, (stream) => this.#ping(stream));
    this.#toAnswer = new Deadlines(clock, PING_TIMEOUT_MS, (stream) => this.#endUnanswered(stream));
    this.#awaited = new Deadlines(clock, AWAIT_MS, (stream) => stream.leave());
    relay?.listen((sid) => void this.#takeAnswer(sid));
  }

  /** Answers a request for a stream, or takes an answer to a ping. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'POST') return this.#answer(request, response);
    if (request.method === 'GET') return this.#admit(request, response);
    respondText(response, 405, 'only GET and POST are answered here', { Allow: 'GET, POST' });
  }

  /** Rejects new streams. Existing ones stay. */
  lock(): void {
    this.#isLocked = true;
  }

  /** Destroys all streams at once: after a sleep, their clients have gone. */
  destroyConnections(): void {
    for (const stream of this.#awaited.clear()) stream.leave();
    for (const stream of [...this.#streams.values()]) {
      stream.leave();
      stream.destroy();
    }
  }

  /** Ends all streams, so that clients open others elsewhere. */
  async close(): Promise<void> {
    this.lock();
    for (const stream of this.#awaited.clear()) stream.leave();
    const streams = [...this.#streams.values()];
    for (const stream of streams) stream.end();
    if (streams.length > 0) {
      await Promise.race([
        new Promise<void>((done) => this.#closed.add(done)),
        setTimeout(this.#options.closeTimeoutMs, undefined, { ref: false }),
      ]);
    }
    this.destroyConnections();
    this.#toPing.clear();
    this.#toAnswer.clear();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const sid = readSid(request);
    // Whether it is known does not show in the response: the client could do nothing about it.
    if (sid !== undefined && !this.#takeAnswer(sid)) this.#options.relay?.pass(sid);
    response.writeHead(204, { ...CORS, 'Cache-Control': 'no-store' });
    response.end();
  }

  /** Returns whether the stream is one of this process. */
  #takeAnswer(sid: string): boolean {
    const stream = this.#streams.get(sid);
    if (stream?.takeAnswer() && this.#toAnswer.delete(stream)) this.#toPing.add(stream);
    return stream !== undefined;
  }

  /** Checks the limits before there is a stream, as for a WebSocket. */
  #admit(request: IncomingMessage, response: ServerResponse): void {
    const { handshakeGuard, beforeJoin } = this.#options;
    beforeJoin();
    if (this.#isLocked) return respondText(response, 503, 'closing', CORS);
    // What is written to it would wait in memory. No browser sends a request before it has the last response.
    if (response.socket === null) return respondText(response, 400, 'the connection is not free', CORS);
    const reservation = handshakeGuard.reserve(handshakeGuard.ticketOf(request));
    if (!reservation) return respondText(response, 403, 'Forbidden', CORS);
    response.once('close', () => reservation.release());
    if (!reservation.granted) return this.#open(request, response);
    void reservation.granted.then((granted) => this.#openGranted(granted, request, response));
  }

  #openGranted(granted: boolean, request: IncomingMessage, response: ServerResponse): void {
    if (response.destroyed) return;
    if (!granted) return respondText(response, 403, 'Forbidden', CORS);
    if (this.#isLocked) return respondText(response, 503, 'closing', CORS);
    this.#options.beforeJoin();
    this.#open(request, response);
  }

  #open(request: IncomingMessage, response: ServerResponse): void {
    const { counter, handshakeGuard, stats, random, onOpen, relay } = this.#options;
    const result = handshakeGuard.authenticate(handshakeGuard.ticketOf(request), readHandshake(request));
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      // Neither caches nor proxies that compress may hold events back. The last one is for nginx.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
      'X-Content-Type-Options': 'nosniff',
      ...CORS,
    });
    if (!result.ok) return void response.end(encodeRejection(result.problem, { code: result.code }));
    const { site, member } = result;
    const sid = `${relay?.prefix ?? ''}${randomUUID()}`;
    const open = { sid, pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS };
    const head = encodeOpen(open, RETRY_MS.from + random() * (RETRY_MS.to - RETRY_MS.from));
    const stream = new EventStream({ sid, response, stats, head, hasMemberId: member !== undefined });
    // Its connection ends with the stream, so that none is left that waits for nothing.
    response.shouldKeepAlive = false;
    response.on('error', ignoreError);
    response.once('close', () => this.#remove(stream));
    onOpen(request, response);
    forgetHeaders(request);
    stats.connections++;
    this.#streams.set(sid, stream);
    this.#toPing.add(stream);
    stream.membership = counter.join(site, member ?? stream, stream, result);
  }

  #ping(stream: EventStream): void {
    this.#options.stats.heartbeats++;
    this.#toAnswer.add(stream);
    stream.ping();
  }

  #endUnanswered(stream: EventStream): void {
    this.#options.stats.heartbeatTimeouts++;
    if (stream.hasMemberId) this.#awaited.add(stream);
    else stream.leave();
    // What waits would stay in memory until the client reads it.
    if (stream.isIdle) stream.end();
    else stream.destroy();
  }

  /** The response has been taken, or its connection is closed. */
  #remove(stream: EventStream): void {
    this.#streams.delete(stream.sid);
    this.#toPing.delete(stream);
    this.#toAnswer.delete(stream);
    this.#options.stats.connections--;
    if (!this.#awaited.has(stream)) stream.leave();
    if (this.#streams.size > 0) return;
    for (const done of this.#closed) done();
    this.#closed.clear();
  }
}
