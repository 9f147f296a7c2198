import { readdir } from 'node:fs/promises';
import { setTimeout as rest } from 'node:timers/promises';
import { grouped } from '../lib/table.mjs';
import { allReached } from '../lib/verdicts.mjs';
import { takeBase, waitForBase, waitForKeys } from './leftovers.mjs';
import { openPages } from './pages.mjs';
import { Recorder } from './recorder.mjs';
import { describeRun, judgeRun, saveRun } from './report.mjs';
import { empty, fill, runRounds } from './rounds.mjs';
import { endWorld, startWorld } from './world.mjs';

const SETTLE_MS = 3_000;

/**
 * Runs three servers with Redis under load and faults, and judges every total that a client shows.
 *
 * @param {object} options
 * @param {number} options.minutes
 * @param {number} options.connections
 * @param {number} options.seed
 * @param {boolean} options.browser Whether real pages and the dashboard are open.
 * @param {string} options.folder Where the chart and the JSON are written.
 * @param {AbortSignal} options.signal
 * @param {(line: string) => void} options.out
 */
export async function soak(options) {
  const { minutes, connections, seed, out } = options;
  out(
    `Soak of ${minutes} minutes: 3 servers, ${grouped(connections)} connections. Seed ${seed}: --seed ${seed} runs the same rounds.\n`,
  );
  const world = await startWorld(options);
  let pages;
  try {
    const recorder = new Recorder(world);
    const base = await takeBase(recorder, world.servers);
    recorder.start();
    if (options.browser) pages = await openPages(world.servers);
    const { state } = await fill(world, connections);
    if (state !== undefined)
      throw new Error(`The clients never show the exact total: ${JSON.stringify(state)}`);
    out(`  all ${grouped(connections)} clients show the exact total\n`);
    const rounds = await runRounds(world, recorder, options);
    const ended = await drain({ world, recorder, base, pages, out });
    const run = judgeRun({ ...options, ...ended, world, recorder, rounds });
    for (const line of describeRun(run)) out(line);
    out(`Chart: ${await saveRun(run, options)}`);
    return { pass: allReached(run.figures) };
  } finally {
    await pages?.close().catch(() => {});
    await endWorld(world);
  }
}

/** Everything ends as an operator would end it, and what is left is listed. */
async function drain({ world, recorder, base, pages, out }) {
  const { clients, servers, redis, problems } = world;
  await rest(SETTLE_MS);
  if (pages !== undefined) {
    const { total } = await clients.call('settled');
    const shown = await pages.exact(total);
    if (!shown.isExact) problems.push(`pages are not exact: ${JSON.stringify(shown)}`);
    problems.push(...pages.problems);
    await pages.close();
  }
  out('\n  draining…');
  await empty(world);
  recorder.stop();
  const surplus = await waitForBase(recorder, servers, base);
  const oracle = await clients.call('result');
  await clients.call('close');
  const left = await Promise.all(Object.values(servers).map((server) => server.end()));
  if (left.flat().length > 0) problems.push('a server did not end by SIGTERM');
  if (!(await readdir(world.data)).includes('history.gz')) problems.push('the history was not saved');
  const keys = await waitForKeys(redis);
  return { surplus, oracle, keys };
}
