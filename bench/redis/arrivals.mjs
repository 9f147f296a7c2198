import { startChild } from '../lib/child.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, seconds, table, times } from '../lib/table.mjs';
import { startOwnRedis } from './own-redis.mjs';

const RECIPE = new URL('./recipe-server.mjs', import.meta.url);
const OURS = new URL('./our-server.mjs', import.meta.url);
const CLIENTS = new URL('./clients.mjs', import.meta.url);
const SERVERS = 2;

const WARM_UP_CLIENTS = 300;

/** For 2,000 arrivals: the maximum of commands, and of CPU time per server, or how many times less than the recipe. */
const TARGET = { n: 2_000, commands: 100, cpuMs: 1_200, cpuRatio: 10.8 };

/** N visitors connect to one site at two servers: the recipe and ours in turn. */
export async function measureArrivals({ n, rounds, warmUps, signal, out }) {
  const runs = { recipe: [], ours: [] };
  for (let i = 1; i <= rounds; i++) {
    runs.recipe.push(await arrive(RECIPE, n, warmUps, signal));
    runs.ours.push(await arrive(OURS, n, warmUps, signal));
    const [recipe, ours] = [runs.recipe.at(-1), runs.ours.at(-1)];
    out(
      `  round ${i}: recipe ${grouped(recipe.commands)} commands and ${seconds(recipe.cpuMs)} of CPU per server, ` +
        `ours ${grouped(ours.commands)} and ${seconds(ours.cpuMs)}`,
    );
  }
  const [recipe, ours] = [summary(runs.recipe), summary(runs.ours)];
  const ratio = Object.fromEntries(
    Object.keys(recipe).map((figure) => [figure, round(recipe[figure] / ours[figure], 2)]),
  );
  out(`\n${report(recipe, ours, ratio)}\n`);
  const isCheap = ours.cpuMs <= TARGET.cpuMs || ratio.cpuMs >= TARGET.cpuRatio;
  const pass = n === TARGET.n ? ours.commands <= TARGET.commands && isCheap : null;
  out(`  ${verdict(pass)}\n`);
  return { n, rounds, warmUps, recipe, ours, byCommand: runs.ours.at(-1).byCommand, ratio, pass };
}

async function arrive(module, n, warmUps, signal) {
  // The recipe's work grows with the square of the number of visitors.
  const timeoutMs = 60_000 + n * n * 0.06 + warmUps * 20_000;
  const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const ends = [];
  try {
    const redis = await startOwnRedis(either);
    ends.push(() => redis.end());
    const servers = [];
    for (let i = 0; i < SERVERS; i++) {
      servers.push(await startChild(module, either));
      ends.unshift(() => servers[i].end());
    }
    const clients = await startChild(CLIENTS, either);
    ends.push(() => clients.end());
    const urls = await Promise.all(servers.map((server) => server.call('listen', redis.url)));
    await clients.call('warmUp', urls, WARM_UP_CLIENTS, warmUps);

    const cpuOfAll = async () => {
      const each = await Promise.all(servers.map((server) => server.call('cpuMs')));
      return each.reduce((sum, cpuMs) => sum + cpuMs, 0);
    };
    const [before, cpuBefore] = [await redis.count(), await cpuOfAll()];
    const received = await clients.call('storm', urls, n);
    const cpuMs = ((await cpuOfAll()) - cpuBefore) / SERVERS;
    return { cpuMs, ...received, ...(await redis.doneSince(before)) };
  } catch (error) {
    signal.throwIfAborted();
    const name = module.pathname.split('/').at(-1);
    const problem = either.aborted ? `did not finish within ${timeoutMs} ms` : error.message;
    throw new Error(`${name}: ${problem}`, { cause: error });
  } finally {
    for (const end of ends) await end();
  }
}

function summary(runs) {
  const figures = ['commands', 'bytesIn', 'bytesOut', 'cpuMs', 'settledMs', 'messages'];
  return Object.fromEntries(figures.map((figure) => [figure, round(medianOf(runs, figure))]));
}

function report(recipe, ours, ratio) {
  const row = (name, figure, format) => [
    name,
    format(recipe[figure]),
    format(ours[figure]),
    times(ratio[figure]),
  ];
  return table([
    [`${SERVERS} servers`, 'recipe', 'ours', 'recipe / ours'],
    row('Redis commands', 'commands', grouped),
    row('bytes to Redis', 'bytesIn', grouped),
    row('bytes from Redis', 'bytesOut', grouped),
    row('CPU per server', 'cpuMs', seconds),
    row('until all show the final total', 'settledMs', seconds),
    row('messages received', 'messages', grouped),
  ]);
}

function verdict(pass) {
  if (pass === null) return `There is no target for this number of visitors, only for ${grouped(TARGET.n)}.`;
  const wanted =
    `at most ${TARGET.commands} commands, and at most ${seconds(TARGET.cpuMs)} of CPU per server ` +
    `or ${TARGET.cpuRatio} × less than the recipe`;
  return pass ? `Reached: ${wanted}.` : `MISSED: ${wanted}.`;
}
