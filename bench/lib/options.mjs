import { parseArgs } from 'node:util';
import { BenchError } from './bench-error.mjs';

/**
 * Reads whole numbers from flags such as `--n 2000`.
 *
 * @template {Record<string, number>} T
 * @param {string[]} args
 * @param {T} defaults Names the flags, too.
 * @returns {T}
 */
export function readNumbers(args, defaults) {
  const flags = Object.keys(defaults)
    .map((name) => `--${name}`)
    .join(', ');
  let values;
  try {
    const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' }]));
    ({ values } = parseArgs({ args, options }));
  } catch {
    throw new BenchError(`Flags of this bench: ${flags}, each with a number (npm wants "--" before them).`);
  }
  const numbers = { ...defaults };
  for (const [name, text] of Object.entries(values)) {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new BenchError(`--${name} must be a whole number from 1 on, and is "${text}".`);
    }
    numbers[name] = value;
  }
  return numbers;
}
