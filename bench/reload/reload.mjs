import { readNumbers } from '../lib/options.mjs';
import { median, percentile, round } from '../lib/stats.mjs';
import { grouped, table } from '../lib/table.mjs';
import { allReached, verdictTable } from '../lib/verdicts.mjs';
import { figuresOf } from './figures.mjs';
import { launchBrowser } from './page.mjs';
import { countUpdates, kinds, measureSaves } from './saves.mjs';
import { installPeers, sides } from './sides.mjs';
import { measureFirstByte, measureReturn } from './returns.mjs';
import { makeProject, measureStartUp } from './start-up.mjs';

const ROUNDS = 3;

/** The time from a save to the page, compared with the recipe and other tools. */
export async function reload({ args, signal, out }) {
  const { saves: count, files } = readNumbers(args, { saves: 30, files: 50_000 });
  const peersWanted = !process.env.BENCH_PEERS || process.env.BENCH_PEERS !== 'none';
  if (peersWanted) {
    out('Installing the peers…');
    await installPeers();
  }
  const browser = await launchBrowser();
  signal.addEventListener('abort', () => void browser.close(), { once: true });
  const results = {};
  const starts = {};
  const present = sides.filter(({ peer }) => !peer || peersWanted);
  const attempt = (measuring) =>
    measuring.catch((error) => {
      signal.throwIfAborted();
      return { absent: error.message };
    });
  try {
    const rounds = new Map(present.map(({ name }) => [name, []]));
    // In turn, so that a busy minute of the machine affects all of them.
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of present) {
        rounds
          .get(side.name)
          .push(await attempt(measureSaves(side, browser, Math.ceil(count / ROUNDS), signal)));
      }
    }
    for (const side of present) {
      results[side.name] = await attempt(
        countUpdates(side, browser, signal).then((updates) => ({
          ...summary(rounds.get(side.name)),
          updates,
        })),
      );
      out(`  ${side.name}: ${describe(results[side.name])}`);
    }
    for (const size of [files / 5, files]) {
      const project = makeProject(size);
      try {
        for (const side of present.filter(({ name }) => name !== 'ours, by reload')) {
          const start = await attempt(measureStartUp(side, project, signal));
          (starts[side.name] ??= {})[size] = start;
          out(`  ${side.name}, ${grouped(size)} files: ${describeStart(start)}`);
        }
      } finally {
        project.remove();
      }
    }
    out(`\n${report(results)}\n\n${reportStarts(starts)}\n`);
    const firstByteMs = await measureFirstByte(signal);
    const backMs = await measureReturn(browser, signal);
    out(`  first byte of a streamed page through the proxy: ${firstByteMs} ms later than without it`);
    out(`  reload after the server is back: ${backMs} ms\n`);
    const ran = [...rounds].filter(([name]) => !results[name].absent);
    const large = starts['ours, in place'][files];
    for (const { absent } of [results['ours, in place'], results['ours, by reload'], large])
      if (absent) throw new Error(`ours did not run: ${absent}`);
    const measured = { rounds: new Map(ran), sides: results, large, firstByteMs, backMs };
    const figures = figuresOf(measured);
    out(`${verdictTable(figures)}\n`);
    return {
      suite: 'reload',
      saves: count,
      files,
      sides: results,
      starts,
      firstByteMs,
      backMs,
      figures,
      pass: allReached(figures),
    };
  } finally {
    await browser.close();
  }
}

/** @throws {Error} if a round has failed. */
function summary(rounds) {
  const missing = rounds.find(({ absent }) => absent);
  if (missing) throw new Error(missing.absent);
  const times = ['message', 'text', 'css'].map((name) => {
    const values = rounds.flatMap((figures) => figures[name]);
    if (values.length === 0) return [name, null];
    return [name, { median: round(median(values), 1), p95: round(percentile(values, 0.95), 1) }];
  });
  return {
    ...Object.fromEntries(times),
    unstyled: rounds.reduce((sum, { unstyled }) => sum + unstyled, 0),
  };
}

function describe(result) {
  if (result.absent) return `absent (${result.absent})`;
  return `text ${show(result.text)}, styles ${show(result.css)}`;
}

function show(figure) {
  return figure ? `${figure.median} / ${figure.p95}` : '–';
}

function report(results) {
  return table([
    ['ms, median / p95', 'message', 'new text', 'new styles', 'unstyled', 'most updates for one save'],
    ...Object.entries(results).map(([name, result]) =>
      result.absent
        ? [name, result.absent, '', '', '', '']
        : [
            name,
            show(result.message),
            show(result.text),
            show(result.css),
            String(result.unstyled),
            String(Math.max(...kinds.map((kind) => result.updates[kind]))),
          ],
    ),
  ]);
}

function describeStart({ absent, readyMs, memoryMb }) {
  return absent ?? `ready after ${grouped(readyMs)} ms, ${memoryMb} MB`;
}

function reportStarts(starts) {
  const sizes = Object.keys(Object.values(starts)[0]);
  return table([
    ['ready, memory at rest', ...sizes.map((size) => `${grouped(Number(size))} files`)],
    ...Object.entries(starts).map(([name, bySize]) => [
      name,
      ...sizes.map((size) => describeStart(bySize[size]).replace('ready after ', '')),
    ]),
  ]);
}
