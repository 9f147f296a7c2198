/**
 * A part of the crowd: thousands of clients in one process, which connect again after they have lost their connection, as
 * the script tag does.
 */
import { answer } from '../lib/answer.mjs';
import { connectClient } from '../counter/client.mjs';
import { createHeartbeats } from '../counter/heartbeats.mjs';
import { measured } from './measured.mjs';

/** Clients that have lost their connection wait a random time of at most this, so that they do not come back at once. */
const RECONNECT_WITHIN_MS = 2_000;
/** As `socket.io-client` does, a client gives a server this long to answer, and then tries again. */
const OPEN_TIMEOUT_MS = 20_000;
const PACE_MS = 5;

class Crowd {
  #url;
  #identity;
  #maxConnecting;
  /** @type {Set<Client>} */
  #clients = new Set();
  /** The number of clients that show a total, by the total. */
  #showing = new Map();
  #heartbeats;
  /** Clients that wait for their turn to connect. */
  #waiting = [];
  #connecting = 0;
  #begun = 0;
  counters = { lost: 0, messages: 0, pings: 0, joinedAtOnce: 0 };
  /** How many connections were lost, by the reason. */
  failures = {};

  /**
   * @param {string} url
   * @param {{ kind: import('../counter/client.mjs').ClientKind, localAddress: string, maxConnecting: number }} options
   */
  constructor(url, { maxConnecting, ...identity }) {
    this.#url = url;
    this.#identity = identity;
    this.#maxConnecting = maxConnecting;
  }

  beats() {
    return this.#heartbeats?.count() ?? 0;
  }

  /** How many are here, have begun to connect, and show which totals. */
  sample(total) {
    const totals = [...this.#showing.keys()];
    return {
      clients: this.#clients.size,
      begun: this.#begun,
      withTotal: this.#showing.get(total) ?? 0,
      shown: totals.length === 0 ? [] : [Math.min(...totals), Math.max(...totals)],
      lost: this.counters.lost,
    };
  }

  add() {
    const member = `crowd-${process.pid}-${this.#begun++}`;
    const client = { member, shown: undefined, resume: undefined, wire: undefined };
    this.#clients.add(client);
    this.#queue(client);
  }

  /** Any client leaves. */
  remove() {
    const [client] = this.#clients;
    this.#clients.delete(client);
    this.#show(client, undefined);
    this.#heartbeats?.delete(client.wire);
    client.wire?.leave();
  }

  #queue(client) {
    this.#waiting.push(client);
    this.#connectNext();
  }

  #connectNext() {
    while (this.#connecting < this.#maxConnecting && this.#waiting.length > 0)
      this.#connect(this.#waiting.shift());
  }

  #connect(client) {
    this.#connecting++;
    let isConnecting = true;
    const timer = setTimeout(() => client.wire.abort(new Error('no answer to the upgrade')), OPEN_TIMEOUT_MS);
    const settle = () => {
      if (!isConnecting) return;
      isConnecting = false;
      clearTimeout(timer);
      this.#connecting--;
      this.#connectNext();
    };
    const on = {
      open: settle,
      handshake: (handshake) => this.#opened(client, handshake),
      admitted() {},
      total: (total) => {
        this.counters.messages++;
        if (this.#clients.has(client)) this.#show(client, total);
      },
      ping: () => {
        this.counters.pings++;
        this.#heartbeats?.answered(client.wire);
      },
      failed: (error) => {
        settle();
        this.#lose(client, error);
      },
    };
    const { member, resume } = client;
    client.wire = connectClient(this.#url, on, { ...this.#identity, member, resume });
  }

  #opened(client, { joined, heartbeatInterval }) {
    if (joined !== true) return;
    this.counters.joinedAtOnce++;
    this.#heartbeats ??= createHeartbeats(heartbeatInterval);
    this.#heartbeats.add(client.wire);
  }

  #lose(client, error) {
    this.failures[error.message] = (this.failures[error.message] ?? 0) + 1;
    this.counters.lost++;
    client.resume = client.wire.resume();
    this.#heartbeats?.delete(client.wire);
    setTimeout(() => {
      if (this.#clients.has(client)) this.#queue(client);
    }, Math.random() * RECONNECT_WITHIN_MS);
  }

  /** A client without a connection still shows its last total, as the badge does. */
  #show(client, total) {
    const { shown } = client;
    if (shown === total) return;
    if (shown !== undefined) {
      const left = this.#showing.get(shown) - 1;
      if (left === 0) this.#showing.delete(shown);
      else this.#showing.set(shown, left);
    }
    client.shown = total;
    if (total !== undefined) this.#showing.set(total, (this.#showing.get(total) ?? 0) + 1);
  }
}

/** @type {Crowd} */
let crowd;

/** Does something `times` times, at `rate` a second. */
function paced(times, rate, act) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let done = 0;
    const timer = setInterval(() => {
      const due = Math.min(times, ((performance.now() - startedAt) * rate) / 1_000);
      for (; done < due; done++) act();
      if (done < times) return;
      clearInterval(timer);
      resolve();
    }, PACE_MS);
  });
}

answer({
  ...measured,
  open: (url, options) => void (crowd = new Crowd(url, options)),
  /** Resolves when all have begun to connect. */
  arrive: (n, rate) => paced(n, rate, () => crowd.add()),
  leave: (n, rate) => paced(n, rate, () => crowd.remove()),
  sample: (total) => crowd.sample(total),
  counters: () => ({ ...crowd.counters, beats: crowd.beats(), failures: crowd.failures }),
});
