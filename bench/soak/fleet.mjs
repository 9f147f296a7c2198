import { randomUUID } from 'node:crypto';
import { connectClient } from '../counter/client.mjs';
import { createHeartbeats } from '../counter/heartbeats.mjs';
import { connectPoller } from './polling-client.mjs';
import { connectStream } from './stream-client.mjs';

/** Clients that have lost their connection wait a random time of at most this, so that they do not come back at once. */
const RECONNECT_WITHIN_MS = 2_000;
/** A client gives a server this long to answer. It is short, so that clients leave a frozen server for another one. */
const OPEN_TIMEOUT_MS = 5_000;
/** Below the backlog of a listening socket, so that none waits for a TCP retransmission. */
const CONNECTING_AT_ONCE = 150;
/** On how many pages the clients of the kind `page` are. */
const PAGES = 100;
/** A departure counts until its server has answered it, or after this, if the server is frozen. */
const LEAVE_TIMEOUT_MS = 15_000;

const CONNECT = { stream: connectStream, poll: connectPoller, own: connectClient, page: connectClient };

/**
 * @typedef {'own' | 'page' | 'stream' | 'poll'} Kind
 * @typedef {{ member: string, kind: Kind, page: string, at?: string, shown?: number, isStale: boolean, resume?: string,
 *   wire?: any }} SoakClient
 */

/** The clients of a soak: each connects to any server, and after the loss of its connection to any server again. */
export class Fleet {
  #servers;
  #random;
  #timeline;
  #maxConnecting = CONNECTING_AT_ONCE;
  /** @type {SoakClient[]} */
  #clients = [];
  #heartbeats;
  #waiting = [];
  #connecting = 0;
  #made = 0;
  counters = { lost: 0, messages: 0, joins: 0, departures: 0 };
  /** How many connections were lost, by the reason. */
  failures = {};

  /**
   * @param {Array<{ name: string, url: string, polling?: boolean }>} servers
   * @param {import('./random.mjs').Random} random
   * @param {import('./timeline.mjs').Timeline} timeline
   */
  constructor(servers, random, timeline) {
    this.#servers = servers;
    this.#random = random;
    this.#timeline = timeline;
  }

  get size() {
    return this.#clients.length;
  }

  /** All clients, in no order. */
  all() {
    return this.#clients;
  }

  /** All clients that show a total now. */
  *showing() {
    for (const client of this.#clients)
      if (client.at !== undefined && client.shown !== undefined) yield client;
  }

  add() {
    const kind = kindOf(this.#made);
    const client = { member: randomUUID(), kind, page: `/page-${this.#made++ % PAGES}`, isStale: false };
    this.#clients.push(client);
    this.counters.joins++;
    this.#timeline.present(1);
    this.#queue(client);
  }

  /** Any client leaves. */
  remove() {
    if (this.#clients.length === 0) return;
    const at = this.#random.between(0, this.#clients.length - 1);
    const client = this.#clients[at];
    this.#clients[at] = this.#clients.at(-1);
    this.#clients.pop();
    this.counters.departures++;
    this.#timeline.departed();
    this.#disconnected(client);
    const { wire } = client;
    client.wire = undefined;
    client.hasLeft = true;
    if (wire === undefined) return this.#timeline.present(-1);
    let isCounted = true;
    const left = () => {
      if (isCounted) this.#timeline.present(-1);
      isCounted = false;
      clearTimeout(timer);
    };
    const timer = setTimeout(left, LEAVE_TIMEOUT_MS);
    this.#settle(client);
    wire.leave(left);
  }

  /** Any client loses its connection without a close, and connects again. */
  move() {
    const client = this.#clients[this.#random.between(0, Math.max(0, this.#clients.length - 1))];
    client?.wire?.abort(new Error('moved'));
  }

  #queue(client) {
    this.#waiting.push(client);
    this.#connectNext();
  }

  #connectNext() {
    while (this.#connecting < this.#maxConnecting && this.#waiting.length > 0) {
      const client = this.#waiting.shift();
      if (!client.hasLeft) this.#connect(client);
    }
  }

  #connect(client) {
    const servers = client.kind === 'poll' ? this.#servers.filter(({ polling }) => polling) : this.#servers;
    const { name, url } = this.#random.pick(servers);
    this.#connecting++;
    client.settle = () => {
      clearTimeout(timer);
      this.#connecting--;
      this.#connectNext();
    };
    const timer = setTimeout(() => client.wire?.abort(new Error('no answer')), OPEN_TIMEOUT_MS);
    // What was read together with the end of a connection concerns the client no more.
    const ifCurrent = (act) => {
      if (client.wire === wire && !client.hasLeft) act();
    };
    const on = {
      open() {},
      handshake: (handshake) => ifCurrent(() => this.#opened(client, handshake)),
      admitted() {},
      total: (total, isStale) => ifCurrent(() => this.#show(client, name, total, isStale)),
      ping: () => ifCurrent(() => this.#heartbeats?.answered(wire)),
      failed: (error) => ifCurrent(() => this.#lose(client, error)),
    };
    const { member, resume, kind, page } = client;
    const wire = CONNECT[kind](url, on, { kind, member, resume, page });
    client.wire = wire;
  }

  /** The attempt to connect has ended, one way or the other. */
  #settle(client) {
    const { settle } = client;
    client.settle = undefined;
    settle?.();
  }

  #opened(client, { joined, heartbeatInterval }) {
    if (joined !== true) return;
    this.#heartbeats ??= createHeartbeats(heartbeatInterval);
    this.#heartbeats.add(client.wire);
  }

  #show(client, name, total, isStale) {
    this.counters.messages++;
    client.shown = total;
    client.isStale = isStale;
    if (client.at !== undefined) return;
    client.at = name;
    this.#timeline.connected(name, 1);
    this.#settle(client);
  }

  #disconnected(client) {
    if (client.wire !== undefined) this.#heartbeats?.delete(client.wire);
    if (client.at !== undefined) this.#timeline.connected(client.at, -1);
    client.at = client.shown = undefined;
    client.isStale = false;
  }

  #lose(client, error) {
    this.failures[error.message] = (this.failures[error.message] ?? 0) + 1;
    this.counters.lost++;
    client.resume = client.wire.resume() ?? client.resume;
    this.#disconnected(client);
    client.wire = undefined;
    this.#settle(client);
    setTimeout(() => {
      if (!client.hasLeft) this.#queue(client);
    }, this.#random.next() * RECONNECT_WITHIN_MS);
  }
}

/** Of a hundred clients one polls, two have streams, and half of the others have tabs and a page. */
function kindOf(number) {
  const place = number % 100;
  if (place === 1) return 'poll';
  if (place < 4 && place > 1) return 'stream';
  return number % 2 === 0 ? 'own' : 'page';
}
