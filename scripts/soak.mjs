/** `npm run soak`: servers, Redis and thousands of clients for half an hour, with faults. */
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchError } from '../bench/lib/bench-error.mjs';
import { cleanUpAtExit } from './lib/clean-up-at-exit.mjs';
import { watchParent } from './lib/parent.mjs';
import { prepareToRun } from './lib/prepare-to-run.mjs';
import { root } from './lib/root.mjs';
import { installNeeds, needs } from './lib/system-needs.mjs';

const HELP = `npm run soak -- [flags]

  --minutes N       how long clients come and go and faults happen (30)
  --connections N   how many clients (5000)
  --seed N          the faults of an earlier run (random, and printed)
  --no-browser      no real pages, no dashboard, no PNG of the chart
  --out FOLDER      where the chart and all samples are written (.cache/soak)

How to read it: bench/README.md`;

const NEEDED = ['Redis', 'libfaketime', 'Chromium'];

const flags = readFlags();
if (flags !== undefined) await run(flags);

function readFlags() {
  try {
    const text = { type: 'string' };
    const options = {
      minutes: text,
      connections: text,
      seed: text,
      out: text,
      'no-browser': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    };
    const { values } = parseArgs({ options });
    if (values.help) return void console.log(HELP);
    const number = (name, fallback) => {
      const value = Number(values[name] ?? fallback);
      if (Number.isSafeInteger(value) && value > 0) return value;
      throw new Error(`--${name} must be a whole number above 0, not "${values[name]}".`);
    };
    return {
      minutes: number('minutes', 30),
      connections: number('connections', 5_000),
      seed: number('seed', 1 + Math.floor(Math.random() * 1e6)),
      browser: values['no-browser'] !== true,
      folder: values.out ?? join(root, '.cache', 'soak'),
    };
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exitCode = 1;
  }
}

async function run(options) {
  if (process.platform !== 'linux') {
    console.error('The soak needs Linux: it reads /proc, and changes limits of processes.');
    process.exit(1);
  }
  await prepareToRun();
  cleanUpAtExit();
  watchParent(() => process.exit(143));
  await installNeeds(
    needs.filter(({ name }) => NEEDED.includes(name) && (options.browser || name !== 'Chromium')),
    console.log,
  );
  const stopping = new AbortController();
  process.once('SIGINT', () => {
    process.exitCode = 128 + constants.signals.SIGINT;
    stopping.abort(new BenchError('Stopped by SIGINT.'));
  });
  // It imports the build.
  const { soak } = await import('../bench/soak/soak.mjs');
  try {
    const { pass } = await soak({ ...options, signal: stopping.signal, out: console.log });
    if (!pass) process.exitCode = 1;
  } catch (error) {
    // What fails while the run is being stopped is no news.
    const reason = stopping.signal.aborted ? stopping.signal.reason : error;
    console.error(reason instanceof BenchError ? reason.message : reason);
    process.exitCode ||= 1;
  }
  // What a fault has left, such as a timer, must not delay the end.
  process.exit();
}
