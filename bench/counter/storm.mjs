import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers } from '../lib/options.mjs';
import { race } from '../lib/race.mjs';
import { median, medianOf, round } from '../lib/stats.mjs';
import { grouped, millis, seconds, table, times } from '../lib/table.mjs';

export const RECIPE = new URL('./recipe-server.mjs', import.meta.url);
export const OURS = new URL('./our-server.mjs', import.meta.url);
export const CLIENTS = new URL('./clients.mjs', import.meta.url);

/** A storm is over when every client shows the final total and no message has arrived for this long. */
const QUIET_MS = 500;

/**
 * How many clients connect and disconnect before measuring starts, and how often. A new process spends as much CPU
 * time on compiling its hot code as on running it.
 */
const WARM_UP = { clients: 300, times: 15 };

/** How many times less ours has to take than the recipe, by the number of clients. */
const TARGETS = new Map([
  [1_000, { cpu: 8, messages: 50 }],
  [2_000, { cpu: 18, messages: 50 }],
]);

/** N visitors connect to one site at once: the recipe and ours in turn. */
export async function storm({ args, signal, out }) {
  const defaults = { n: 1_000, rounds: 3, 'warm-ups': WARM_UP.times };
  const { n, rounds, 'warm-ups': warmUps } = readNumbers(args, defaults, ['warm-ups']);
  checkOpenFiles(n);
  out(
    `${grouped(n)} visitors connect to one site at once. Recipe and ours in turn, ${rounds} rounds, medians.\n`,
  );

  const runs = { recipe: [], ours: [] };
  for (let i = 1; i <= rounds; i++) {
    runs.recipe.push(await measureStorm(RECIPE, n, signal, warmUps));
    runs.ours.push(await measureStorm(OURS, n, signal, warmUps));
    const { cpuMs } = runs.ours.at(-1);
    out(`  round ${i}: recipe ${seconds(runs.recipe.at(-1).cpuMs)}, ours ${seconds(cpuMs)} of CPU`);
  }

  const recipe = summary(runs.recipe);
  const ours = summary(runs.ours);
  const ratio = {
    cpu: round(recipe.cpuMs / ours.cpuMs, 2),
    messages: round(recipe.messages / ours.messages, 2),
    settled: round(recipe.settledMs / ours.settledMs, 2),
  };
  const target = TARGETS.get(n);
  const pass = target && ratio.cpu >= target.cpu && ratio.messages >= target.messages;
  out(`\n${report(recipe, ours, ratio)}\n`);
  out(`  ${verdict(pass, target, n)}\n`);
  return { suite: 'storm', n, rounds, warmUps, recipe, ours, ratio, pass: pass ?? null };
}

/**
 * Measures one storm in a new server process.
 *
 * @param {URL} serverModule
 * @param {number} n
 * @param {AbortSignal} signal
 * @param {number} warmUps
 */
export function measureStorm(serverModule, n, signal, warmUps = WARM_UP.times) {
  // The recipe's work grows with the square of the number of visitors. This is three times its time on a slow machine.
  const timeoutMs = 30_000 + n * n * 0.03 + warmUps * 10_000;
  return race(
    { server: serverModule, clients: CLIENTS, timeoutMs, signal },
    async ({ server, clients, url }) => {
      await clients.call('warmUp', url, WARM_UP.clients, warmUps);
      const before = await server.call('cpuMs');
      const received = await clients.call('storm', url, n, QUIET_MS);
      return { cpuMs: (await server.call('cpuMs')) - before, ...received };
    },
  );
}

function summary(runs) {
  return {
    cpuMs: round(medianOf(runs, 'cpuMs')),
    messages: medianOf(runs, 'messages'),
    settledMs: round(medianOf(runs, 'settledMs')),
    firstTotalMs: {
      p50: round(median(runs.map(({ firstTotalMs }) => firstTotalMs.p50))),
      p99: round(median(runs.map(({ firstTotalMs }) => firstTotalMs.p99))),
    },
  };
}

function report(recipe, ours, ratio) {
  const row = (name, format, figure, by) => [name, format(figure(recipe)), format(figure(ours)), by];
  return table([
    ['', 'recipe', 'ours', 'recipe / ours'],
    row("server's CPU", seconds, (side) => side.cpuMs, times(ratio.cpu)),
    row('messages received', grouped, (side) => side.messages, times(ratio.messages)),
    row('until all show the final total', seconds, (side) => side.settledMs, times(ratio.settled)),
    row('first total, median', millis, (side) => side.firstTotalMs.p50, ''),
    row('first total, p99', millis, (side) => side.firstTotalMs.p99, ''),
  ]);
}

function verdict(pass, target, n) {
  if (target === undefined) return `There is no target for ${grouped(n)} visitors, only for 1,000 and 2,000.`;
  const wanted = `${target.cpu} × less CPU and ${target.messages} × fewer messages`;
  return pass ? `Reached: at least ${wanted}.` : `MISSED: ours must take at least ${wanted}.`;
}
