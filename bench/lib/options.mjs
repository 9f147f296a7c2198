import { parseArgs } from 'node:util';
import { BenchError } from './bench-error.mjs';

/**
 * Takes `--engine socket.io` out of the flags: the transport of Live Online's server, by default the server's own default.
 *
 * @param {string[]} args
 * @returns {{ args: string[], options: { engine?: string } }} The other flags, and options of the server.
 */
export function takeEngine(args) {
  const at = args.indexOf('--engine');
  if (at < 0) return { args, options: {} };
  return { args: args.toSpliced(at, 2), options: { engine: args[at + 1] } };
}

/**
 * Reads whole numbers from flags such as `--n 2000`.
 *
 * @template {Record<string, number>} T
 * @param {string[]} args
 * @param {T} defaults Its keys are the flags.
 * @param {Array<keyof T>} mayBeZero
 * @returns {T}
 */
export function readNumbers(args, defaults, mayBeZero = []) {
  const flags = Object.keys(defaults)
    .map((name) => `--${name}`)
    .join(', ');
  let values;
  try {
    const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
    ({ values } = parseArgs({ args, options }));
  } catch {
    throw new BenchError(
      `Flags of this benchmark: ${flags}, each with a number (npm requires "--" before them).`,
    );
  }
  const numbers = { ...defaults };
  for (const [name, text] of Object.entries(values)) {
    const value = Number(text);
    const least = mayBeZero.includes(name) ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new BenchError(`--${name} must be an integer ≥ ${least}, not "${text}".`);
    }
    numbers[name] = value;
  }
  return numbers;
}
