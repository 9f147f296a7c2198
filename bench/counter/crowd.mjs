import { connectClient } from './client.mjs';

// Node's listening sockets hold 511 callers that are not yet answered. More at once would wait for a
// retransmission of TCP, a second or more that says nothing about the server.
const KNOCKING_AT_ONCE = 500;

/**
 * The visitors of a bench, all in one process: brings them, takes them away, and knows what they show.
 *
 * @typedef {object} Watch What one visitor goes through; all of it is optional.
 * @property {() => void} [asked] It is about to ask to be counted.
 * @property {() => void} [admitted] It was let in.
 * @property {(member: Member) => void} [told] It has its first total, and is about to show it.
 *
 * @typedef {{ client: import('./client.mjs').Client, shown: number | undefined, here: boolean }} Member
 */
export function createCrowd() {
  /** @type {Set<Member>} */
  const members = new Set();
  /** How many clients show which total. */
  const showing = new Map();
  /** `pingIntervalMs`: how often the server says it will ask whether a client is there; none without heartbeat. */
  const heard = { messages: 0, pings: 0, pingIntervalMs: undefined };
  let failed;
  let heardAt = 0;
  let allShowSince = 0;
  let check = () => {};

  function show(member, total) {
    heard.messages++;
    heardAt = performance.now();
    if (member.shown === total) return;
    unshow(member);
    member.shown = total;
    const count = (showing.get(total) ?? 0) + 1;
    showing.set(total, count);
    if (count === members.size) {
      allShowSince = heardAt;
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
   * Brings one more client; resolves when its WebSocket stands.
   *
   * @param {string} url
   * @param {Watch} [watch]
   */
  function join(url, watch = {}) {
    return new Promise((resolve, reject) => {
      const member = { client: undefined, shown: undefined, here: true };
      member.client = connectClient(url, {
        open: resolve,
        welcome(handshake) {
          heard.pingIntervalMs = handshake.pingInterval;
          watch.asked?.();
        },
        admitted: () => watch.admitted?.(),
        total(total) {
          if (!member.here) return;
          if (member.shown === undefined) watch.told?.(member);
          show(member, total);
        },
        ping: () => heard.pings++,
        failed(error) {
          failed ??= error;
          check();
          reject(error);
        },
      });
      members.add(member);
    });
  }

  return {
    members,
    showing,
    heard,
    join,
    /**
     * Brings `n`, as many at once as the server's queue holds; resolves when their WebSockets stand.
     *
     * @param {() => Watch} [watch] One for each of them.
     */
    async joinTogether(url, n, watch = () => ({})) {
      let due = n;
      const knock = async () => {
        while (due > 0) {
          due--;
          await join(url, watch());
        }
      };
      await Promise.all(Array.from({ length: Math.min(n, KNOCKING_AT_ONCE) }, knock));
    },
    /** Takes one away; `gone` is called when the server has answered its goodbye. */
    leave(member, gone) {
      member.here = false;
      members.delete(member);
      unshow(member);
      member.client.leave(gone);
    },
    /**
     * Resolves when every client shows `total` and nothing more was said for `quietMs`: since when they all do.
     *
     * @returns {Promise<number>}
     */
    allShow(total, quietMs) {
      return new Promise((resolve, reject) => {
        let timer;
        check = () => {
          clearTimeout(timer);
          if (failed !== undefined) return reject(failed);
          if (showing.get(total) !== members.size) return;
          const left = quietMs - (performance.now() - heardAt);
          if (left <= 0) resolve(allShowSince);
          else timer = setTimeout(check, left);
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
