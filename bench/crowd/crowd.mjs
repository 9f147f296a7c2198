import { setTimeout as rest } from 'node:timers/promises';
import { BenchError } from '../lib/bench-error.mjs';
import { OWN_FILES, reachableOpenFiles } from '../lib/open-files.mjs';
import { readNumbers, takeEngine } from '../lib/options.mjs';
import { round } from '../lib/stats.mjs';
import { grouped, seconds, table } from '../lib/table.mjs';
import { absoluteFigure, allReached, verdictTable } from '../lib/verdicts.mjs';
import { createJudge } from './judge.mjs';
import { startProcesses } from './processes.mjs';

/** The longest interval of heartbeats: 30 s for a client that beats by itself. */
const HEARTBEATS_MS = 30_000;
/** How long the total has to stay exact after every client shows it. */
const HOLD_MS = 5_000;
const MAX_LOOP_DELAY_MS = 50;
/** Workers that share a listening socket do not get the same number of connections. */
const FILL = 0.6;
const MIN_WORKERS = 2;
const KILLED = 'a killed worker';

/** One crowd on one site: it arrives, stays, a tenth leaves, and one worker is killed. */
export async function crowd({ args: allArgs, signal, out }) {
  const { args, options } = takeEngine(allArgs);
  const defaults = { clients: 100_000, rate: 2_000, workers: 0, 'client-processes': 0 };
  const read = readNumbers(args, defaults, ['workers', 'client-processes']);
  const plan = planOf({ n: read.clients, ...read });
  out(describe(plan));

  const on = await startProcesses({ ...plan, options, signal });
  try {
    const run = await measureCrowd(on, plan, out);
    const figures = figuresOf(plan, run);
    for (const { phase, shown, bounds } of run.samples.examples) {
      out(`  WRONG in ${phase}: ${rangeOf(shown)} shown, ${rangeOf(bounds)} may be right`);
    }
    out(`\n${report(run)}\n\n${verdictTable(figures)}\n`);
    return { suite: 'crowd', ...plan, ...run, figures, pass: allReached(figures) };
  } finally {
    await on.end();
  }
}

/** How many processes the crowd needs if each of them may open only so many files. */
function planOf({ n, rate, workers: askedWorkers, 'client-processes': askedProcesses }) {
  const openFiles = reachableOpenFiles(n + OWN_FILES);
  const each = openFiles - OWN_FILES;
  const workers = askedWorkers || Math.max(MIN_WORKERS, Math.ceil(n / (each * FILL)));
  const clientProcesses = askedProcesses || Math.ceil(n / Math.min(each, 20_000));
  const missing = [
    [workers, 'workers'],
    [clientProcesses, 'client-processes'],
  ].filter(([count]) => count * each < n);
  if (missing.length > 0) {
    const flags = missing.map(([, name]) => `--${name} ${Math.ceil(n / each)}`).join(' and ');
    throw new BenchError(
      `A process may open ${openFiles} files here (ulimit -n), and this user may not raise it to ${n + OWN_FILES}. ` +
        `${grouped(n)} clients need at least ${flags}.`,
    );
  }
  return { n, rate, openFiles, workers, clientProcesses };
}

function describe({ n, rate, openFiles, workers, clientProcesses }) {
  const files =
    openFiles >= n + OWN_FILES
      ? 'Each process may open as many files as it needs.'
      : `A process may open ${grouped(openFiles)} files, so the crowd needs several. With the right to raise the limit ` +
        `(ulimit -n ${n + OWN_FILES}), fewer would do.`;
  return (
    `${grouped(n)} clients on one site, ${grouped(rate)} arrivals a second. ${workers} workers, ` +
    `${clientProcesses} processes of clients.\n  ${files}\n`
  );
}

async function measureCrowd(on, { n, rate }, out) {
  const judge = createJudge();
  const empty = await on.memory();
  const phases = {};
  let lostBefore = 0;
  /**
   * Runs one phase, and measures all processes meanwhile. `boundsOf` decides which totals may be right in a sample. They may
   * be lower by the connections that were lost since the last phase. A server may notice a loss before its client does, so
   * samples are judged after the phase.
   */
  const phase = async (name, boundsOf, run) => {
    await on.watchLoop();
    const before = await on.cpuMs();
    const startedAt = performance.now();
    const samples = [];
    const result = await run((sample) => samples.push(sample));
    const ms = performance.now() - startedAt;
    const after = await on.cpuMs();
    const loopDelayMs = round(await on.loopDelayMs(0.99), 1);
    const { lost: lostUntilNow } = await on.sample(0);
    const lost = lostUntilNow - lostBefore;
    lostBefore = lostUntilNow;
    for (const sample of samples) {
      const { lowest, highest } = boundsOf(sample);
      judge.add(name, sample, { lowest: lowest - lost, highest });
    }
    const cpuMs = {
      servers: round(after.servers - before.servers),
      clients: round(after.clients - before.clients),
    };
    phases[name] = { ms: round(ms), cpuMs, loopDelayMs, lost, ...result };
    out(`  ${name}: ${seconds(ms)}, event loop delay ${loopDelayMs} ms (p99), ${grouped(lost)} lost`);
  };
  /** Every client shows `total` for `ms`. */
  const hold = (name, total, ms) =>
    phase(
      name,
      () => ({ lowest: total, highest: total }),
      (look) => watch(on, total, ms, look),
    );

  await phase(
    'arrivals',
    ({ begun }) => ({ lowest: 1, highest: begun }),
    (look) => on.until(n, on.arrive(n, rate), look),
  );
  const full = await on.memory();
  await hold('silence', n, HEARTBEATS_MS);

  const leaving = Math.floor(n / 10);
  const left = n - leaving;
  await phase(
    'departures',
    () => ({ lowest: left, highest: n }),
    (look) => on.until(left, on.leave(leaving, rate), look),
  );
  await hold('after departures', left, HOLD_MS);
  await phase(
    KILLED,
    () => ({ lowest: left, highest: left }),
    (look) => on.until(left, on.replaceWorker(), look),
  );
  // The CPU time of the worker that was killed is no longer known.
  delete phases[KILLED].cpuMs;
  await hold('after the killed worker', left, HOLD_MS);

  const perClient = (side) => round((full[side] - empty[side]) / n / 1_000, 2);
  const memoryKb = { servers: perClient('servers'), clients: perClient('clients') };
  return { memoryKb, phases, samples: judge.result(), counters: await on.counters() };
}

/** Takes samples for `ms`. */
async function watch(on, total, ms, look) {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    look(await on.sample(total));
    await rest(on.sampleMs, undefined, { signal: on.signal });
  }
}

function figuresOf({ n }, { phases, samples }) {
  const about = `crowd of ${grouped(n)}`;
  const lostElsewhere = Object.entries(phases)
    .filter(([name]) => name !== KILLED)
    .reduce((sum, [, { lost }]) => sum + lost, 0);
  const delay = (name) =>
    absoluteFigure(
      { name: `${about}, ${name}: event loop delay, p99`, limit: MAX_LOOP_DELAY_MS, unit: 'ms' },
      [phases[name].loopDelayMs],
    );
  return [
    absoluteFigure(
      { name: `${about}: wrong totals in ${grouped(samples.taken)} samples`, limit: 0, unit: 'samples' },
      [samples.wrong],
    ),
    absoluteFigure(
      { name: `${about}: connections lost, but for the killed worker`, limit: 0, unit: 'connections' },
      [lostElsewhere],
    ),
    ...Object.keys(phases).map(delay),
  ];
}

function rangeOf({ lowest, highest }) {
  return `${grouped(lowest)} to ${grouped(highest)}`;
}

function report({ memoryKb, phases }) {
  const { arrivals, silence, departures } = phases;
  const killed = phases[KILLED];
  const cores = ({ cpuMs, ms }, side) => `${((cpuMs[side] / ms) * 100).toFixed(0)} % of a core`;
  const both = (name, format) => [name, format('servers'), format('clients')];
  const once = (name, text) => [name, text, ''];
  return table([
    ['', 'servers', 'clients'],
    both('memory of a connection (RSS)', (side) => `${memoryKb[side].toFixed(1)} kB`),
    both('CPU of all arrivals', (side) => seconds(arrivals.cpuMs[side])),
    both('load while nothing changes', (side) => cores(silence, side)),
    both('CPU of all departures', (side) => seconds(departures.cpuMs[side])),
    once('all show the final total after arrivals', seconds(arrivals.settledMs)),
    once('after departures', seconds(departures.settledMs)),
    once(`after a worker was killed (${grouped(killed.lost)} reconnect)`, seconds(killed.settledMs)),
  ]);
}
