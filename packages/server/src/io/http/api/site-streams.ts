import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../core/ports.ts';
import { forgetHeaders } from '../forget-headers.ts';
import type { ApiCounts } from './api-counts.ts';
import type { ApiCall, ApiRoute } from './api-route.ts';
import { respondProblem } from './problem.ts';
import { SiteStream } from './site-stream.ts';

/** How often tabs are compared, and streams that do not read are looked for, in ms. */
const SWEEP_MS = 1_000;
/** A stream without events gets a comment after so long, in ms. Proxies end idle responses after a minute. */
const PING_MS = 15_000;
/** A client that does not read for as long is disconnected, in ms. */
const STUCK_MS = 30_000;
export const STREAM_LIMITS = { total: 1_000, perAddress: 20 } as const;
const ignoreError = (): void => {};

export interface SiteStreamsOptions {
  counts: ApiCounts;
  clock: Clock;
  /** In ms since 1970. */
  timeOfDay: () => number;
  /** From 0 up to 1. */
  random: () => number;
  /** The address that a request counts against; `undefined` for none. */
  addressOf: (request: IncomingMessage) => string | undefined;
  /** Called with each stream that is opened: it is no request that waits for its response. */
  onOpen: (request: IncomingMessage, response: ServerResponse) => void;
}

/** The streams of one site, and their newest event. */
interface Channel {
  readonly streams: Set<SiteStream>;
  data: string;
  event: Buffer;
}

/** Server-sent events with the numbers of a site, for programs and pages that are not counted themselves. */
export class SiteStreams {
  readonly #options: SiteStreamsOptions;
  readonly #channels = new Map<string, Channel>();
  readonly #perAddress = new Map<string, number>();
  #unsubscribe: (() => void) | undefined;
  #cancelSweep: (() => void) | undefined;
  #streams = 0;
  #lastId = 0;
  #isClosed = false;

  constructor(options: SiteStreamsOptions) {
    this.#options = options;
  }

  get route(): ApiRoute {
    return {
      method: 'GET',
      path: 'sites/{site}/events',
      access: 'site',
      handle: (call) => this.#open(call),
      doc: {
        summary:
          'The numbers of a site as server-sent events: `total`, whose data is {"people", "tabs", "stale"}, at once and ' +
          'at each change. The reader is not counted.',
        contentType: 'text/event-stream',
        schema: { type: 'string' },
      },
    };
  }

  /** Ends all streams: their clients open others elsewhere. New ones are rejected. */
  close(): void {
    this.#isClosed = true;
    for (const { streams } of this.#channels.values()) for (const stream of streams) stream.end();
    this.#stop();
  }

  #open({ request, response, site }: ApiCall): void {
    const address = this.#options.addressOf(request);
    const ofAddress = address === undefined ? 0 : (this.#perAddress.get(address) ?? 0);
    if (this.#isClosed) return respondProblem(response, 503, 'closing', 'this server is closing');
    if (response.socket === null) {
      return respondProblem(response, 400, 'connection-busy', 'the connection is not free');
    }
    if (this.#streams >= STREAM_LIMITS.total || ofAddress >= STREAM_LIMITS.perAddress) {
      const detail = 'too many streams are open: close others, or ask for the number instead';
      return respondProblem(response, 429, 'too-many-streams', detail, { 'Retry-After': '30' });
    }
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
      'X-Content-Type-Options': 'nosniff',
    });
    if (request.method === 'HEAD') return void response.end();
    const { clock, onOpen, random } = this.#options;
    const stream = new SiteStream(response, clock.now);
    const channel = this.#channelOf(site);
    response.shouldKeepAlive = false;
    response.on('error', ignoreError);
    response.once('close', () => this.#remove(site, stream, address));
    onOpen(request, response);
    forgetHeaders(request);
    this.#streams++;
    if (address !== undefined) this.#perAddress.set(address, ofAddress + 1);
    this.#start();
    // Before it is added, or it would get the same event twice.
    this.#refresh(site, channel);
    channel.streams.add(stream);
    // Not all clients reconnect at once.
    stream.send(
      Buffer.concat([Buffer.from(`retry: ${Math.round(1_000 + random() * 2_000)}\n`), channel.event]),
    );
  }

  #remove(site: string, stream: SiteStream, address: string | undefined): void {
    const channel = this.#channels.get(site);
    if (!channel?.streams.delete(stream)) return;
    this.#streams--;
    if (channel.streams.size === 0) this.#channels.delete(site);
    const ofAddress = address === undefined ? 0 : (this.#perAddress.get(address) ?? 0) - 1;
    if (address !== undefined && ofAddress > 0) this.#perAddress.set(address, ofAddress);
    else if (address !== undefined) this.#perAddress.delete(address);
    if (this.#streams === 0) this.#stop();
  }

  #channelOf(site: string): Channel {
    let channel = this.#channels.get(site);
    if (!channel) {
      channel = { streams: new Set(), data: '', event: Buffer.alloc(0) };
      this.#channels.set(site, channel);
    }
    return channel;
  }

  /** Sends the numbers of a site, if they have changed. */
  #refresh(site: string, channel: Channel): void {
    const { counts, timeOfDay } = this.#options;
    const { people, tabs } = counts.count(site);
    const data = JSON.stringify({ people, tabs, stale: counts.isStale(site) });
    if (data === channel.data) return;
    // It also rises from one server to the next.
    this.#lastId = Math.max(this.#lastId + 1, timeOfDay());
    channel.data = data;
    channel.event = Buffer.from(`event: total\nid: ${this.#lastId}\ndata: ${data}\n\n`);
    for (const stream of channel.streams) stream.send(channel.event);
  }

  #start(): void {
    this.#unsubscribe ??= this.#options.counts.onTotal((site) => {
      const channel = this.#channels.get(site);
      if (channel) this.#refresh(site, channel);
    });
    this.#cancelSweep ??= this.#options.clock.schedule(() => this.#sweep(), SWEEP_MS);
  }

  #stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
  }

  #sweep(): void {
    this.#cancelSweep = this.#options.clock.schedule(() => this.#sweep(), SWEEP_MS);
    for (const [site, channel] of this.#channels) {
      this.#refresh(site, channel);
      for (const stream of channel.streams) {
        stream.ping(PING_MS);
        if (stream.isStuck(STUCK_MS)) stream.destroy();
      }
    }
  }
}
