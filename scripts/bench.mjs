/**
 * `npm run bench` runs all measurements in bench/ that have limits, `npm run bench <name>` one of them: a table, and one JSON
 * object as the last line.
 */
import { constants } from 'node:os';
import { join, relative } from 'node:path';
import { BenchError } from '../bench/lib/bench-error.mjs';
import { verdictTable } from '../bench/lib/verdicts.mjs';
import { benches, suites } from '../bench/benches.mjs';
import { reportFiles, writeReport } from '../bench/report/report.mjs';
import { saveResult } from '../bench/report/results.mjs';
import { guard } from './lib/guard.mjs';
import { prepare } from './lib/prepare.mjs';
import { root } from './lib/root.mjs';
import { run as runCommand } from './lib/run.mjs';

const HELP = ['--help', '-h'];
/** Measures nothing. */
const REPORT = 'report';

const given = process.argv.slice(2);
const isSaved = given.includes('--save');
const words = given.filter((word) => word !== '--save');
const name = words[0]?.startsWith('-') === false ? words[0] : undefined;
const args = name === undefined ? words : words.slice(1);
const asked = words.some((word) => HELP.includes(word));

if (name === REPORT && !asked) {
  writeReport(root);
  console.log(`Written from bench/results: ${reportFiles(root).join(', ')}`);
} else if (asked || (name !== undefined && !benches.has(name))) {
  list();
  // Asking is no mistake, a name that does not exist is one.
  process.exitCode = asked ? 0 : 1;
} else if (name === undefined && args.length > 0) {
  fail('Flags belong to one benchmark: npm run bench <name> -- --flag number');
} else {
  const unguard = guard();
  await prepare((text) => console.log(text)).then(
    () => {
      unguard();
      return run(name === undefined ? suites : [{ name, args }]);
    },
    (error) => fail(error.message),
  );
}

/** @param {ReadonlyArray<{ name: string, args: string[] }>} chosen */
async function run(chosen) {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      stopping.abort(new BenchError(`Stopped by ${signal}.`));
    });
  }
  const results = [];
  try {
    for (const { name, args } of chosen) {
      if (chosen.length > 1) console.log(`── ${name} ──`);
      const bench = await benches.get(name).load();
      const result = await bench({ args, signal: stopping.signal, out: console.log });
      results.push(result);
      if (isSaved) await save(result);
      if (result.pass === false) process.exitCode = 1;
    }
    if (chosen.length > 1) summarize(results);
    console.log(JSON.stringify(chosen.length > 1 ? results : results[0]));
  } catch (error) {
    fail(error instanceof BenchError ? error.message : error);
  }
}

/** Every figure with its limit, of all benchmarks. */
function summarize(results) {
  console.log(`── all figures ──\n\n${verdictTable(results.flatMap(({ figures }) => figures))}\n`);
}

/** Writes the result, and the table and chart of the README. */
async function save(result) {
  const saved = saveResult(root, result);
  await runCommand(join(root, 'node_modules', '.bin', 'oxfmt'), [saved], { quiet: true });
  writeReport(root);
  console.log(`Saved: ${[relative(root, saved), ...reportFiles(root)].join(', ')}\n`);
}

function fail(problem) {
  console.error(problem);
  process.exitCode ||= 1;
}

function list() {
  if (!asked) console.error(`There is no bench "${name}".\n`);
  const width = Math.max(...[...benches.keys()].map((key) => key.length));
  const log = asked ? console.log : console.error;
  log(
    'npm run bench                              all that have limits: ' +
      suites.map(({ name }) => name).join(', '),
  );
  log('npm run bench report                       writes the README from bench/results');
  log('npm run bench <name> [-- --flag number]    one of these:\n');
  for (const [key, { about, flags }] of benches)
    log(`  ${key.padEnd(width)}   ${about}\n  ${' '.repeat(width)}   ${flags}`);
  log('\n--save writes the result to bench/results, and the table and chart of the README.');
  log('How to read them: bench/README.md');
}
