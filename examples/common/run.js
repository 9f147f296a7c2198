import { watchParent } from '../../scripts/lib/parent.mjs';

/** An error at start-up. Its message says what to do about it. */
export class StartError extends Error {
  name = 'StartError';
}

/**
 * Runs an example as this process. SIGINT, SIGTERM, SIGHUP and the end of the parent process close all that the example has
 * opened, the last first, and exit with code 0. An error during the start does the same, with code 1.
 *
 * @param {(onEnd: (close: () => unknown) => void) => Promise<void>} start
 */
export async function run(start) {
  const closers = [];
  let ended;
  const closeAll = async () => {
    for (const close of closers.reverse()) await close();
  };
  const end = (code) => (ended ??= closeAll().then(() => process.exit(code)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0));
  watchParent(() => void end(0));
  try {
    // What opens while the rest is closing is closed at once.
    await start((close) => void (ended ? close() : closers.push(close)));
  } catch (error) {
    const isPlain = error instanceof StartError || error.code === 'port-in-use';
    if (!ended) console.error(isPlain ? error.message : error);
    await end(1);
  }
}

/**
 * A table of addresses for the terminal.
 *
 * @param {[name: string, address: string, note?: string][]} rows
 */
export function addressTable(rows) {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, address, note]) => {
    return `  ${name.padEnd(width)}   ${address}${note === undefined ? '' : `   ${note}`}`;
  });
  return ['', ...lines, ''].join('\n');
}
