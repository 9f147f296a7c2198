/** All visitors of a bench, in one process. */
import { answer } from '../lib/answer.mjs';
import { percentile } from '../lib/stats.mjs';
import { connectClient } from './client.mjs';

// Node's listening sockets hold 511 callers that are not yet answered. More at once would wait for a
// retransmission of TCP, a second or more that says nothing about the server.
const KNOCKING_AT_ONCE = 500;

let messages = 0;
let pings = 0;
/** How often the server says it will ask whether a client is there; none for a server without heartbeat. */
let pingIntervalMs;
let failed;
const clients = new Set();
/** How many clients show which total. */
const showing = new Map();
let heardAt = 0;
let allShowSince = 0;
let check = () => {};

function show(before, total) {
  messages++;
  heardAt = performance.now();
  if (before === total) return;
  if (before !== undefined) showing.set(before, showing.get(before) - 1);
  const count = (showing.get(total) ?? 0) + 1;
  showing.set(total, count);
  if (count === clients.size) {
    allShowSince = heardAt;
    check();
  }
}

/** Brings one more client; resolves when its WebSocket stands. `firstTotal` is told how long that took. */
function join(url, firstTotal = () => {}) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let shown;
    const client = connectClient(url, {
      open: resolve,
      total(total) {
        if (shown === undefined) firstTotal(performance.now() - startedAt);
        show(shown, total);
        shown = total;
      },
      ping: () => pings++,
      welcome: (handshake) => (pingIntervalMs = handshake.pingInterval),
      failed(error) {
        failed ??= error;
        check();
        reject(error);
      },
    });
    clients.add(client);
  });
}

/** Resolves when every client has shown `total` and nothing more was said for `quietMs`. */
function allShow(total, quietMs) {
  return new Promise((resolve, reject) => {
    let timer;
    check = () => {
      clearTimeout(timer);
      if (failed !== undefined) return reject(failed);
      if (showing.get(total) !== clients.size) return;
      const left = quietMs - (performance.now() - heardAt);
      if (left <= 0) resolve(undefined);
      else timer = setTimeout(check, left);
    };
    check();
  });
}

/** `n` clients come, as many at once as the server's queue holds. */
async function comeTogether(url, n, firstTotal) {
  let due = n;
  const knock = async () => {
    while (due > 0) {
      due--;
      await join(url, firstTotal);
    }
  };
  await Promise.all(Array.from({ length: Math.min(n, KNOCKING_AT_ONCE) }, knock));
}

/** `n` clients come and all but one go again, `times` over, so that the server runs as it does after an hour. */
async function warmUp(url, n, times) {
  for (let time = 0; time < times; time++) {
    await comeTogether(url, n - clients.size);
    await allShow(n, 0);
    const [, ...leaving] = clients;
    for (const client of leaving) {
      clients.delete(client);
      client.leave();
    }
    showing.clear();
    showing.set(n, 1);
    await allShow(1, 0);
  }
}

async function storm(url, n, quietMs) {
  messages = 0;
  const startedAt = performance.now();
  const firstTotals = [];
  await comeTogether(url, n - clients.size, (ms) => firstTotals.push(ms));
  await allShow(n, quietMs);
  return {
    messages,
    pingIntervalMs,
    settledMs: allShowSince - startedAt,
    firstTotalMs: { p50: percentile(firstTotals, 0.5), p99: percentile(firstTotals, 0.99) },
  };
}

answer({
  storm,
  warmUp,
  /** One more arrival; resolves when all have heard of it. */
  async arrive(url) {
    const before = { messages, pings };
    const total = clients.size + 1;
    await join(url);
    await allShow(total, 0);
    return { messages: messages - before.messages, pings: pings - before.pings };
  },
  pings: () => pings,
});
