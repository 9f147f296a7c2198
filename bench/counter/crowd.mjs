import { connectClient } from './client.mjs';
import { createHeartbeats } from './heartbeats.mjs';

// Node's default backlog is 511 connections. More at once would wait for a TCP retransmission, a second or more
// that has nothing to do with the server.
const CONNECTING_AT_ONCE = 500;
/** On how many pages the clients of the kind `page` are. */
const PAGES = 100;

/**
 * The clients of a benchmark, all in one process: connects and disconnects them, and knows which totals they show.
 *
 * @typedef {object} Watch Callbacks of one client, all optional.
 * @property {() => void} [connecting] It is about to send CONNECT.
 * @property {() => void} [admitted] It has the CONNECT answer.
 * @property {(member: Member) => void} [firstTotal] It has received its first total, and is about to show it.
 *
 * @typedef {{ client: import('./client.mjs').Client, shown: number | undefined, here: boolean }}
 *   Member
 */
export function createCrowd() {
  /** @type {import('./client.mjs').ClientKind} */
  let kind = 'stock';
  let joined = 0;
  /** Of clients that have joined at once. */
  let heartbeats;
  /** @type {Set<Member>} */
  const members = new Set();
  /** The number of clients that show a total, by the total. */
  const showing = new Map();
  /** `pingIntervalMs`: the interval of the server's heartbeat, as its handshake says; undefined without one. */
  const received = { messages: 0, pings: 0, joinedAtOnce: 0, pingIntervalMs: undefined };
  let failed;
  let receivedAt = 0;
  let allShowSince = 0;
  let check = () => {};

  function show(member, total) {
    received.messages++;
    receivedAt = performance.now();
    if (member.shown === total) return;
    unshow(member);
    member.shown = total;
    const count = (showing.get(total) ?? 0) + 1;
    showing.set(total, count);
    if (count === members.size) {
      allShowSince = receivedAt;
      check();
    }
  }

  function unshow({ shown }) {
    if (shown === undefined) return;
    const count = showing.get(shown) - 1;
    if (count === 0) showing.delete(shown);
    else showing.set(shown, count);
  }

  /**
   * Connects one more client. Resolves when its WebSocket is open.
   *
   * @param {string} url
   * @param {Watch} [watch]
   */
  function join(url, watch = {}) {
    return new Promise((resolve, reject) => {
      const member = { client: undefined, shown: undefined, here: true };
      const id = kind === 'stock' ? undefined : `bench-${process.pid}-${joined}`;
      const identity = { kind, member: id, page: `/page-${joined++ % PAGES}` };
      const on = {
        open: resolve,
        handshake({ pingInterval, joined: hasJoined, heartbeatInterval }) {
          received.pingIntervalMs = pingInterval;
          watch.connecting?.();
          if (hasJoined !== true) return;
          received.joinedAtOnce++;
          heartbeats ??= createHeartbeats(heartbeatInterval);
          heartbeats.add(member.client);
        },
        admitted: () => watch.admitted?.(),
        total(total) {
          if (!member.here) return;
          if (member.shown === undefined) watch.firstTotal?.(member);
          show(member, total);
        },
        ping() {
          received.pings++;
          heartbeats?.answered(member.client);
        },
        failed(error) {
          failed ??= error;
          check();
          reject(error);
        },
      };
      member.client = connectClient(url, on, identity);
      members.add(member);
    });
  }

  return {
    members,
    showing,
    received,
    join,
    /** @param {import('./client.mjs').ClientKind} chosen The kind of the clients that join from now on. */
    use(chosen) {
      kind = chosen;
    },
    /** Heartbeats that clients have sent by themselves until now. */
    beats: () => heartbeats?.count() ?? 0,
    /**
     * Connects `n` clients, as many at once as the server's backlog holds. Resolves when their WebSockets are open.
     *
     * @param {() => Watch} [watch] Called for each of them.
     */
    async joinTogether(url, n, watch = () => ({})) {
      let waiting = n;
      const connectNext = async () => {
        while (waiting > 0) {
          waiting--;
          await join(url, watch());
        }
      };
      await Promise.all(Array.from({ length: Math.min(n, CONNECTING_AT_ONCE) }, connectNext));
    },
    /** Disconnects one; `left` is called when the server has answered its DISCONNECT. */
    leave(member, left) {
      member.here = false;
      members.delete(member);
      unshow(member);
      heartbeats?.delete(member.client);
      member.client.leave(left);
    },
    /**
     * Waits until every client shows `total` and no message has arrived for `quietMs`.
     *
     * @returns {Promise<number>} Since when all show it.
     */
    allShow(total, quietMs) {
      return new Promise((resolve, reject) => {
        let timer;
        check = () => {
          clearTimeout(timer);
          if (failed !== undefined) return reject(failed);
          if (showing.get(total) !== members.size) return;
          const leftMs = quietMs - (performance.now() - receivedAt);
          if (leftMs <= 0) resolve(allShowSince);
          else timer = setTimeout(check, leftMs);
        };
        check();
      });
    },
    /** @throws the first failure of any client. */
    throwIfFailed() {
      if (failed !== undefined) throw failed;
    },
  };
}
