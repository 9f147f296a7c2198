import { alternate } from '../lib/alternate.mjs';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { raceAll } from '../lib/race.mjs';
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
export const WARM_UP = { clients: 300, times: 15 };

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
  const defaults = { n: 0, rounds: 7, 'warm-ups': WARM_UP.times, 'recipe-rounds': RECIPE_ROUNDS };
  const read = readNumbers(args, defaults, ['n', 'warm-ups', 'recipe-rounds']);
  const { n, rounds, 'warm-ups': warmUps, 'recipe-rounds': recipeRounds } = read;
  const sizes = n === 0 ? SIZES : [n];
  checkOpenFiles(Math.max(...sizes));
  out(`${sizes.map(grouped).join(' and then ')} visitors connect to one site at once. In turn, medians.\n`);

  const runs = await measureStorms({
    sides: {
      raw: { server: RAW },
      coalesced: { server: COALESCED },
      stock: { server: OURS },
      own: { server: OURS, kind: 'own' },
      ...(recipeRounds > 0 && { recipe: { server: RECIPE, rounds: recipeRounds } }),
    },
    ...{ options, sizes, rounds, warmUps, signal, out },
  });

  const storms = sizes.map((size) => summaryOf(runs, size));
  for (const each of storms) out(`\n${report(each)}`);
  const figures = sizes.flatMap((size) => figuresOf(runs, size));
  out(`\n${verdictTable(figures)}\n`);
  return { suite: 'storm', rounds, warmUps, storms, figures, pass: allReached(figures) };
}

/**
 * Starts all servers, warms them up, and measures storms of several sizes on each of them in turn. A storm takes about a
 * second, so a slow minute of the machine affects all sides.
 *
 * @param {object} plan
 * @param {Record<string, Side>} plan.sides By their names.
 * @param {object} plan.options Of Live Online's server.
 * @param {number[]} plan.sizes
 * @param {number} plan.rounds
 * @param {number} [plan.warmUps]
 * @param {AbortSignal} plan.signal
 * @param {(line: string) => void} plan.out
 * @returns {Promise<Record<string, Array<Record<number, object>>>>} The runs of each side, and of each run its storms by size.
 *
 * @typedef {object} Side
 * @property {URL} server
 * @property {import('./client.mjs').ClientKind} [kind]
 * @property {object} [options] Of Live Online's server, in addition to those of all sides.
 * @property {number} [rounds] This side runs in the first rounds only.
 * @property {number} [warmUpClients]
 */
export function measureStorms({ sides, options, sizes, rounds, warmUps = WARM_UP.times, signal, out }) {
  const contests = Object.fromEntries(
    Object.entries(sides).map(([name, side]) => {
      const { server, kind = 'stock' } = side;
      return [name, { server, kind, options: { ...options, ...side.options }, clients: CLIENTS }];
    }),
  );
  // The recipe's work grows with the square of the number of visitors.
  const timeoutMs = 600_000 + rounds * sizes.reduce((sum, n) => sum + 60_000 + n * n * 0.03, 0);
  return raceAll(contests, { timeoutMs, signal }, async (pairs) => {
    for (const [name, { clients, url }] of Object.entries(pairs)) {
      await clients.call('warmUp', url, sides[name].warmUpClients ?? WARM_UP.clients, warmUps);
    }
    const measured = Object.entries(sides).map(([name, side]) => [
      name,
      { rounds: side.rounds, measure: () => measureSizes(pairs[name], sizes) },
    ]);
    return alternate({
      rounds,
      sides: Object.fromEntries(measured),
      report(number, ofRound) {
        const cpu = Object.entries(ofRound).map(
          ([side, bySize]) => `${side} ${sizes.map((size) => seconds(bySize[size].cpuMs)).join(', ')}`,
        );
        out(`  round ${number}, CPU: ${cpu.join('; ')}`);
      },
    });
  });
}

async function measureSizes({ server, clients, url }, sizes) {
  const bySize = {};
  for (const size of sizes) {
    const before = await server.call('cpuMs');
    const received = await clients.call('storm', url, size, QUIET_MS);
    bySize[size] = { cpuMs: (await server.call('cpuMs')) - before, ...received };
    await clients.call('empty', QUIET_MS);
  }
  return bySize;
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
    if (bounds === undefined || runs[reference] === undefined) return;
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
