import { alternate } from '../lib/alternate.mjs';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { race } from '../lib/race.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, millis, seconds, table } from '../lib/table.mjs';
import { allReached, ratioFigure, verdictTable } from '../lib/verdicts.mjs';

export const RECIPE = new URL('./recipe-server.mjs', import.meta.url);
export const OURS = new URL('./our-server.mjs', import.meta.url);
export const RAW = new URL('./raw-server.mjs', import.meta.url);
export const CLIENTS = new URL('./clients.mjs', import.meta.url);
const COALESCED = new URL('./coalesced-server.mjs', import.meta.url);

/** A storm is over when every client shows the final total and no message has arrived for this long. */
const QUIET_MS = 500;

/**
 * How many clients connect and disconnect before measuring starts, and how often. A new process spends as much CPU
 * time on compiling its hot code as on running it.
 */
const WARM_UP = { clients: 300, times: 15 };

const SIZES = [1_000, 2_000];

/** The recipe takes ten times as long as the others together, and its ratio is far from any noise. */
const RECIPE_ROUNDS = 1;

/** The highest ratios of ours to a reference, by the number of clients. */
const LIMITS = {
  raw: { stock: { limit: 1.5, goal: 1.3 }, own: { limit: 1.3, goal: 1.15 } },
  recipe: { 1_000: { limit: 1 / 12, goal: 1 / 16 }, 2_000: { limit: 1 / 28, goal: 1 / 40 } },
  messages: { limit: 1 / 50 },
  firstTotal: { 2_000: { limit: 0.45, goal: 0.3 } },
};

/** N visitors connect to one site at once: references and ours in turn. */
export async function storm({ args: allArgs, signal, out }) {
  const { args, options } = takeEngine(allArgs);
  const defaults = { n: 0, rounds: 3, 'warm-ups': WARM_UP.times, 'recipe-rounds': RECIPE_ROUNDS };
  const read = readNumbers(args, defaults, ['n', 'warm-ups', 'recipe-rounds']);
  const { n, rounds, 'warm-ups': warmUps, 'recipe-rounds': recipeRounds } = read;
  const sizes = n === 0 ? SIZES : [n];
  checkOpenFiles(Math.max(...sizes));
  out(`${sizes.map(grouped).join(' and then ')} visitors connect to one site at once. In turn, medians.\n`);

  const measure = (server, kind) => () => measureStorms({ server, kind, options, sizes, warmUps, signal });
  const runs = await alternate({
    rounds,
    sides: {
      raw: { measure: measure(RAW, 'stock') },
      coalesced: { measure: measure(COALESCED, 'stock') },
      stock: { measure: measure(OURS, 'stock') },
      own: { measure: measure(OURS, 'own') },
      recipe: { measure: measure(RECIPE, 'stock'), rounds: recipeRounds },
    },
    report(number, ofRound) {
      const cpu = Object.entries(ofRound).map(
        ([side, bySize]) => `${side} ${sizes.map((size) => seconds(bySize[size].cpuMs)).join(', ')}`,
      );
      out(`  round ${number}, CPU: ${cpu.join('; ')}`);
    },
  });

  const storms = sizes.map((size) => summaryOf(runs, size));
  for (const each of storms) out(`\n${report(each)}`);
  const figures = sizes.flatMap((size) => figuresOf(runs, size));
  out(`\n${verdictTable(figures)}\n`);
  return { suite: 'storm', rounds, warmUps, storms, figures, pass: allReached(figures) };
}

/**
 * Measures storms of several sizes in one new server process, after warming it up.
 *
 * @param {object} on
 * @param {URL} on.server
 * @param {import('./client.mjs').ClientKind} on.kind
 * @param {object} [on.options] Of Live Online's server.
 * @param {number[]} on.sizes
 * @param {number} [on.warmUps]
 * @param {number} [on.warmUpClients]
 * @param {AbortSignal} on.signal
 */
export function measureStorms(storms) {
  const { server, kind, options, sizes, signal } = storms;
  const { warmUps = WARM_UP.times, warmUpClients = WARM_UP.clients } = storms;
  // The recipe's work grows with the square of the number of visitors. This is three times its time on a slow machine.
  const timeoutMs = sizes.reduce((sum, n) => sum + 30_000 + n * n * 0.03, warmUps * 10_000);
  return race({ server, clients: CLIENTS, kind, options, timeoutMs, signal }, async (on) => {
    await on.clients.call('warmUp', on.url, warmUpClients, warmUps);
    const bySize = {};
    for (const size of sizes) {
      const before = await on.server.call('cpuMs');
      const received = await on.clients.call('storm', on.url, size, QUIET_MS);
      bySize[size] = { cpuMs: (await on.server.call('cpuMs')) - before, ...received };
      if (size !== sizes.at(-1)) await on.clients.call('empty', QUIET_MS);
    }
    return bySize;
  });
}

/** The medians of all sides for one size. */
function summaryOf(runs, n) {
  const sides = Object.entries(runs).filter(([, each]) => each.length > 0);
  return {
    n,
    ...Object.fromEntries(sides.map(([side, each]) => [side, summary(each.map((run) => run[n]))])),
  };
}

function summary(runs) {
  const firstTotals = runs.map(({ firstTotalMs }) => firstTotalMs);
  return {
    cpuMs: round(medianOf(runs, 'cpuMs')),
    messages: medianOf(runs, 'messages'),
    settledMs: round(medianOf(runs, 'settledMs')),
    firstTotalMs: { p50: round(medianOf(firstTotals, 'p50')), p99: round(medianOf(firstTotals, 'p99')) },
    clientsCpuMs: round(medianOf(runs, 'clientsCpuMs')),
    joinedAtOnce: medianOf(runs, 'joinedAtOnce'),
  };
}

const NAMES = {
  raw: 'raw ws',
  coalesced: 'Socket.IO',
  stock: 'ours',
  own: 'ours, own client',
  recipe: 'recipe',
};

function report({ n, ...sides }) {
  const row = (name, format, figure) => [name, ...Object.values(sides).map((side) => format(figure(side)))];
  return table([
    [`${grouped(n)} visitors`, ...Object.keys(sides).map((side) => NAMES[side])],
    row("server's CPU", seconds, (side) => side.cpuMs),
    row('messages received', grouped, (side) => side.messages),
    row('until all show the final total', seconds, (side) => side.settledMs),
    row('first total, median', millis, (side) => side.firstTotalMs.p50),
    row('first total, p99', millis, (side) => side.firstTotalMs.p99),
    row("all clients' CPU", seconds, (side) => side.clientsCpuMs),
  ]);
}

/** The figures with limits for one size. */
function figuresOf(runs, n) {
  const values = (side, figure) => runs[side].map((run) => figure(run[n]));
  const figures = [];
  const add = (what, bounds, figure, ours, reference) => {
    if (bounds === undefined || runs[reference].length === 0) return;
    const name = `storm of ${grouped(n)}, ${what} / ${NAMES[reference]}`;
    figures.push(ratioFigure({ name, ...bounds }, values(ours, figure), values(reference, figure)));
  };
  const cpu = ({ cpuMs }) => cpuMs;
  const p99 = ({ firstTotalMs }) => firstTotalMs.p99;
  add('stock clients: CPU', LIMITS.raw.stock, cpu, 'stock', 'raw');
  add('own client: CPU', LIMITS.raw.own, cpu, 'own', 'raw');
  add('stock clients: CPU', LIMITS.recipe[n], cpu, 'stock', 'recipe');
  add('stock clients: messages', LIMITS.messages, ({ messages }) => messages, 'stock', 'recipe');
  add('stock clients: join to own total, p99', LIMITS.firstTotal[n], p99, 'stock', 'coalesced');
  add('own client: join to own total, p99', LIMITS.firstTotal[n], p99, 'own', 'coalesced');
  return figures;
}
