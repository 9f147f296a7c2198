import { setTimeout as rest } from 'node:timers/promises';
import { alternate } from '../lib/alternate.mjs';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { race } from '../lib/race.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, table } from '../lib/table.mjs';
import { allReached, ratioFigure, verdictTable } from '../lib/verdicts.mjs';
import { CLIENTS } from './storm.mjs';

const PLAIN = new URL('./plain-server.mjs', import.meta.url);
const QUIET = new URL('./quiet-server.mjs', import.meta.url);

/**
 * How many connections stay open before measuring starts: what a process allocates once, such as room for garbage and
 * compiled code, is not part of the cost of a connection.
 */
const CONNECTED_BEFORE = 1_000;

/** The least common multiple of all intervals: 7.5 s between pings, and 30 s for a client that beats by itself. */
const HEARTBEATS_MS = 30_000;
/** A window in which more than this part of the clients get a total is measured again. */
const MAX_MESSAGE_SHARE = 0.02;

const LIMITS = {
  memory: { limit: 0.42, goal: 0.35 },
  accept: { limit: 0.5, goal: 0.42 },
  heartbeats: { stock: { limit: 0.6, goal: 0.5 }, own: { limit: 0.4, goal: 0.3 } },
  /** Of a client with tabs and a page, compared with one without. */
  page: { limit: 1.1 },
};

/** N idle connections: what does it cost to accept and to hold each of them, and how much memory does it take? */
export async function idle({ args: allArgs, signal, out }) {
  const { args, options } = takeEngine(allArgs);
  const { n, rounds } = readNumbers(args, { n: 15_000, rounds: 3 });
  checkOpenFiles(CONNECTED_BEFORE + n);
  out(`${grouped(n)} idle connections. Plain Socket.IO and ours in turn, ${rounds} rounds, medians.\n`);

  const measure = (server, kind) => () => measureIdle({ server, kind, options, n, signal });
  const runs = await alternate({
    rounds,
    sides: {
      plain: { measure: measure(PLAIN, 'stock') },
      stock: { measure: measure(QUIET, 'stock') },
      own: { measure: measure(QUIET, 'own') },
      page: { measure: measure(QUIET, 'page') },
    },
    report(number, ofRound) {
      const each = Object.entries(ofRound).map(
        ([side, { rssKb, heartbeatUs }]) => `${side} ${kilobytes(rssKb)}, ${micros(heartbeatUs)}/s`,
      );
      out(`  round ${number}, per connection: ${each.join('; ')}`);
    },
  });

  const sides = Object.fromEntries(Object.entries(runs).map(([side, each]) => [side, summary(each)]));
  out(`\n${report(sides)}\n`);
  const figures = figuresOf(runs);
  out(`${verdictTable(figures)}\n`);
  return { suite: 'idle', n, rounds, ...sides, figures, pass: allReached(figures) };
}

function measureIdle({ server: serverModule, kind, options, n, signal }) {
  const timeoutMs = 120_000 + n * 20;
  return race({ server: serverModule, clients: CLIENTS, kind, options, timeoutMs, signal }, async (on) => {
    const { server, clients, url } = on;
    await clients.call('fill', url, CONNECTED_BEFORE);
    const memoryBefore = await server.call('memory');
    const cpuBefore = await server.call('cpuMs');
    await clients.call('fill', url, n);
    const cpuMs = (await server.call('cpuMs')) - cpuBefore;
    const memory = await server.call('memory');
    const heartbeats = await measureHeartbeats(on, n + CONNECTED_BEFORE);
    return {
      rssKb: (memory.rss - memoryBefore.rss) / n / 1_000,
      heapKb: (memory.heapUsed - memoryBefore.heapUsed) / n / 1_000,
      cpuMs: cpuMs / n,
      ...heartbeats,
    };
  });
}

/** What holding `n` connections costs, in µs of CPU time a connection and second. */
async function measureHeartbeats({ server, clients, signal }, n) {
  for (;;) {
    const before = { cpuMs: await server.call('cpuMs'), received: await clients.call('received') };
    const startedAt = performance.now();
    await rest(HEARTBEATS_MS, undefined, { signal });
    const cpuMs = (await server.call('cpuMs')) - before.cpuMs;
    const ms = performance.now() - startedAt;
    const received = await clients.call('received');
    if (received.messages - before.received.messages > n * MAX_MESSAGE_SHARE) continue;
    const perMinute = (count) => (count / n / ms) * 60_000;
    return {
      heartbeatUs: (cpuMs * 1_000) / n / (ms / 1_000),
      pingsPerMinute: perMinute(received.pings - before.received.pings),
      beatsPerMinute: perMinute(received.beats - before.received.beats),
    };
  }
}

function summary(runs) {
  return {
    rssKb: round(medianOf(runs, 'rssKb'), 2),
    heapKb: round(medianOf(runs, 'heapKb'), 2),
    cpuMs: round(medianOf(runs, 'cpuMs'), 3),
    heartbeatUs: round(medianOf(runs, 'heartbeatUs'), 2),
    pingsPerMinute: round(medianOf(runs, 'pingsPerMinute'), 1),
    beatsPerMinute: round(medianOf(runs, 'beatsPerMinute'), 1),
  };
}

function report({ plain, stock, own, page }) {
  const row = (name, format, figure) => [
    name,
    ...[plain, stock, own, page].map((side) => format(side[figure])),
  ];
  return table([
    ['per connection', 'Socket.IO', 'ours', 'ours, own client', 'with tabs and page'],
    row("server's memory (RSS)", kilobytes, 'rssKb'),
    row('of it JavaScript objects', kilobytes, 'heapKb'),
    row("server's CPU to accept it", (ms) => `${ms.toFixed(2)} ms`, 'cpuMs'),
    row("server's CPU while idle, per second", micros, 'heartbeatUs'),
    row('pings per minute', (count) => count.toFixed(1), 'pingsPerMinute'),
    row("client's own heartbeats per minute", (count) => count.toFixed(1), 'beatsPerMinute'),
  ]);
}

/** The figures with limits. */
function figuresOf(runs) {
  const ratio = (name, bounds, [side, reference], figure) => {
    const values = (of) => runs[of].map((run) => run[figure]);
    return ratioFigure({ name: `idle, ${name}`, ...bounds }, values(side), values(reference));
  };
  const stock = ['stock', 'plain'];
  const own = ['own', 'plain'];
  const page = ['page', 'own'];
  return [
    ratio('stock clients: memory / Socket.IO', LIMITS.memory, stock, 'rssKb'),
    ratio('own client: memory / Socket.IO', LIMITS.memory, own, 'rssKb'),
    ratio('stock clients: CPU to accept / Socket.IO', LIMITS.accept, stock, 'cpuMs'),
    ratio('own client: CPU to accept / Socket.IO', LIMITS.accept, own, 'cpuMs'),
    ratio('stock clients: CPU while idle / Socket.IO', LIMITS.heartbeats.stock, stock, 'heartbeatUs'),
    ratio('own client: CPU while idle / Socket.IO', LIMITS.heartbeats.own, own, 'heartbeatUs'),
    ratio('tabs and page: memory / own client', LIMITS.page, page, 'rssKb'),
    ratio('tabs and page: CPU to accept / own client', LIMITS.page, page, 'cpuMs'),
    ratio('tabs and page: CPU while idle / own client', LIMITS.page, page, 'heartbeatUs'),
  ];
}

function kilobytes(kb) {
  return `${kb.toFixed(1)} kB`;
}

function micros(us) {
  return `${us.toFixed(1)} µs`;
}
