import { availableParallelism } from 'node:os';
import { BenchError } from '../lib/bench-error.mjs';
import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers } from '../lib/options.mjs';
import { race } from '../lib/race.mjs';
import { median, medianOf, round } from '../lib/stats.mjs';
import { grouped, seconds, table, times } from '../lib/table.mjs';
import { CLIENTS, OURS } from './storm.mjs';

const WORKERS_SERVER = new URL('./workers-server.mjs', import.meta.url);

/** A storm is over when every client shows the final total and no message has arrived for this long. */
const QUIET_MS = 500;
const WARM_UP_CLIENTS = 300;

/** 0 is one process without a primary. */
const VARIANTS = [0, 1, 2, 4];

/** How many times as much as one process each number of workers may take. */
const TARGETS = new Map([
  [1, { cpu: 1.15, messages: 1.3 }],
  [2, { cpu: 1.25, messages: 1.3 }],
]);

/** N visitors connect to one site at once: one process, one worker, two and four. */
export async function workers({ args, signal, out }) {
  if (process.platform !== 'linux')
    throw new BenchError('The CPU time of workers is read from /proc: this needs Linux.');
  const {
    n,
    rounds,
    'warm-ups': warmUps,
  } = readNumbers(args, { n: 4_000, rounds: 3, 'warm-ups': 15 }, ['warm-ups']);
  checkOpenFiles(n);
  const cores = availableParallelism();
  out(
    `${grouped(n)} visitors connect to one site at once. One process, then workers, ${rounds} rounds, medians; ${cores} cores.\n`,
  );

  const runs = new Map(VARIANTS.map((count) => [count, []]));
  for (let i = 1; i <= rounds; i++) {
    for (const count of VARIANTS) runs.get(count).push(await measure(count, n, signal, warmUps));
    const cpu = VARIANTS.map((count) => `${nameOf(count)} ${seconds(runs.get(count).at(-1).cpuMs)}`);
    out(`  round ${i}, CPU: ${cpu.join(', ')}`);
  }

  const results = VARIANTS.map((count) => ({ workers: count, ...summary(runs.get(count), n) }));
  for (const result of results) result.ratio = ratioOf(result, results[0]);
  const targets = results.filter(({ workers }) => TARGETS.has(workers));
  const pass = targets.every(isReached);
  out(`\n${report(results)}\n`);
  for (const result of targets) out(`  ${verdict(result)}`);
  out(`  ${scaling(results, cores)}\n`);
  return { suite: 'workers', n, rounds, warmUps, cores, results, pass };
}

/** Measures one storm in new processes. */
function measure(count, n, signal, warmUps) {
  const server = count === 0 ? OURS : WORKERS_SERVER;
  const timeoutMs = 60_000 + n * 20 + warmUps * 10_000;
  return race({ server, clients: CLIENTS, listenArgs: [count], timeoutMs, signal }, async (on) => {
    // Each process has to compile its own code.
    await on.clients.call('warmUp', on.url, WARM_UP_CLIENTS * Math.max(1, count), warmUps);
    const before = [await on.server.call('cpuMs'), await on.clients.call('cpuMs')];
    const received = await on.clients.call('storm', on.url, n, QUIET_MS);
    const cpuMs = (await on.server.call('cpuMs')) - before[0];
    return { cpuMs, clientCpuMs: (await on.clients.call('cpuMs')) - before[1], ...received };
  });
}

function summary(runs, n) {
  const settledMs = medianOf(runs, 'settledMs');
  return {
    cpuMs: round(medianOf(runs, 'cpuMs')),
    messages: medianOf(runs, 'messages'),
    settledMs: round(settledMs),
    arrivalsPerSecond: round((n / settledMs) * 1_000),
    firstTotalP99Ms: round(median(runs.map(({ firstTotalMs }) => firstTotalMs.p99))),
    clientCpuMs: round(medianOf(runs, 'clientCpuMs')),
  };
}

function ratioOf(result, one) {
  return {
    cpu: round(result.cpuMs / one.cpuMs, 2),
    messages: round(result.messages / one.messages, 2),
    arrivals: round(result.arrivalsPerSecond / one.arrivalsPerSecond, 2),
  };
}

function report(results) {
  const row = (name, cell) => [name, ...results.map(cell)];
  return table([
    row('', ({ workers }) => nameOf(workers)),
    row('CPU of all server processes', ({ cpuMs }) => seconds(cpuMs)),
    row('  × one process', ({ ratio }) => times(ratio.cpu)),
    row('messages received', ({ messages }) => grouped(messages)),
    row('  × one process', ({ ratio }) => times(ratio.messages)),
    row('until all show the final total', ({ settledMs }) => seconds(settledMs)),
    row('arrivals per second', ({ arrivalsPerSecond }) => grouped(arrivalsPerSecond)),
    row('  × one process', ({ ratio }) => times(ratio.arrivals)),
    row('first total, p99', ({ firstTotalP99Ms }) => seconds(firstTotalP99Ms)),
    row("clients' CPU", ({ clientCpuMs }) => seconds(clientCpuMs)),
  ]);
}

function nameOf(workers) {
  if (workers === 0) return 'one process';
  return workers === 1 ? '1 worker' : `${workers} workers`;
}

function isReached({ workers, ratio }) {
  const target = TARGETS.get(workers);
  return ratio.cpu <= target.cpu && ratio.messages <= target.messages;
}

function verdict(result) {
  const { cpu, messages } = TARGETS.get(result.workers);
  const wanted = `at most ${times(cpu)} the CPU and ${times(messages)} the messages of one process`;
  return `${isReached(result) ? 'Reached' : 'MISSED'}: ${nameOf(result.workers)} may take ${wanted}.`;
}

/** More workers can only be faster on cores that nothing else uses. */
function scaling(results, cores) {
  const free = cores - 1;
  const useful = results.filter(({ workers }) => workers > 0 && workers <= free);
  if (useful.length < 2) {
    return `Whether arrivals per second rise with workers needs 3 cores or more: one is for the clients.`;
  }
  const rates = useful.map(({ arrivalsPerSecond }) => arrivalsPerSecond);
  const rises = rates.every((rate, i) => i === 0 || rate > rates[i - 1]);
  return `${rises ? 'Reached' : 'MISSED'}: arrivals per second must rise up to ${useful.at(-1).workers} workers.`;
}
