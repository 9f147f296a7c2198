import { checkOpenFiles } from '../lib/open-files.mjs';
import { readNumbers } from '../lib/options.mjs';
import { race } from '../lib/race.mjs';
import { medianOf, round } from '../lib/stats.mjs';
import { grouped, table, times } from '../lib/table.mjs';
import { CLIENTS } from './storm.mjs';

const PLAIN = new URL('./plain-server.mjs', import.meta.url);
const QUIET = new URL('./quiet-server.mjs', import.meta.url);

/**
 * How many connections stay open before measuring starts: what a process allocates once, such as room for garbage and
 * compiled code, is not part of the cost of a connection.
 */
const CONNECTED_BEFORE = 1_000;

/** N idle connections: what does it cost to accept each of them, and how much memory does it take? */
export async function idle({ args, signal, out }) {
  const { n, rounds } = readNumbers(args, { n: 5_000, rounds: 3 });
  checkOpenFiles(CONNECTED_BEFORE + n);
  out(`${grouped(n)} idle connections. Plain Socket.IO and ours in turn, ${rounds} rounds, medians.\n`);

  const runs = { plain: [], ours: [] };
  for (let i = 1; i <= rounds; i++) {
    runs.plain.push(await measureIdle(PLAIN, n, signal));
    runs.ours.push(await measureIdle(QUIET, n, signal));
    const [plain, ours] = [runs.plain.at(-1), runs.ours.at(-1)].map(({ rssKb }) => kilobytes(rssKb));
    out(`  round ${i}: plain ${plain}, ours ${ours} per connection`);
  }

  const plain = summary(runs.plain);
  const ours = summary(runs.ours);
  const ratio = {
    rss: round(ours.rssKb / plain.rssKb, 2),
    heap: round(ours.heapKb / plain.heapKb, 2),
    cpu: round(ours.cpuMs / plain.cpuMs, 2),
  };
  out(`\n${report(plain, ours, ratio)}\n`);
  out('  There is no target.\n');
  return { suite: 'idle', n, rounds, plain, ours, ratio, pass: null };
}

function measureIdle(server, n, signal) {
  const timeoutMs = 60_000 + n * 10;
  return race({ server, clients: CLIENTS, timeoutMs, signal }, async ({ server, clients, url }) => {
    await clients.call('fill', url, CONNECTED_BEFORE);
    const memoryBefore = await server.call('memory');
    const cpuBefore = await server.call('cpuMs');
    await clients.call('fill', url, n);
    const cpuMs = (await server.call('cpuMs')) - cpuBefore;
    const memory = await server.call('memory');
    return {
      rssKb: (memory.rss - memoryBefore.rss) / n / 1_000,
      heapKb: (memory.heapUsed - memoryBefore.heapUsed) / n / 1_000,
      cpuMs: cpuMs / n,
    };
  });
}

function summary(runs) {
  return {
    rssKb: round(medianOf(runs, 'rssKb'), 2),
    heapKb: round(medianOf(runs, 'heapKb'), 2),
    cpuMs: round(medianOf(runs, 'cpuMs'), 3),
  };
}

function report(plain, ours, ratio) {
  const row = (name, format, figure, by) => [name, format(plain[figure]), format(ours[figure]), times(by)];
  return table([
    ['per connection', 'plain', 'ours', 'ours / plain'],
    row("server's memory (RSS)", kilobytes, 'rssKb', ratio.rss),
    row('of it JavaScript objects', kilobytes, 'heapKb', ratio.heap),
    row("server's CPU to accept it", (ms) => `${ms.toFixed(2)} ms`, 'cpuMs', ratio.cpu),
  ]);
}

function kilobytes(kb) {
  return `${kb.toFixed(1)} kB`;
}
