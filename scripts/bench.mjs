/** `npm run bench <name>`: the measurements in bench/, a table and one JSON object as the last line. */
import { constants } from 'node:os';
import { BenchError } from '../bench/lib/bench-error.mjs';
import { benches } from '../bench/benches.mjs';
import { guard } from './lib/guard.mjs';
import { prepare } from './lib/prepare.mjs';

const [name, ...args] = process.argv.slice(2);
const asked = name === undefined || name === '--help' || name === '-h' || args.includes('--help');

if (asked || !benches.has(name)) {
  list();
  // Asking is no mistake, a name that does not exist is one.
  process.exitCode = asked ? 0 : 1;
} else {
  const unguard = guard();
  await prepare((text) => console.log(text)).then(
    () => {
      unguard();
      return run(benches.get(name));
    },
    (error) => fail(error.message),
  );
}

async function run({ load }) {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      stopping.abort(new BenchError(`Stopped by ${signal}.`));
    });
  }
  try {
    const bench = await load();
    const result = await bench({ args, signal: stopping.signal, out: console.log });
    console.log(JSON.stringify(result));
    if (result.pass === false) process.exitCode = 1;
  } catch (error) {
    fail(error instanceof BenchError ? error.message : error);
  }
}

function fail(problem) {
  console.error(problem);
  process.exitCode ||= 1;
}

function list() {
  if (!asked) console.error(`There is no bench "${name}".\n`);
  const width = Math.max(...[...benches.keys()].map((key) => key.length));
  const log = asked ? console.log : console.error;
  log('npm run bench <name> [-- --flag number]\n');
  for (const [key, { about, flags }] of benches)
    log(`  ${key.padEnd(width)}   ${about}\n  ${' '.repeat(width)}   ${flags}`);
  log('\nHow to read them: bench/README.md');
}
