/** Saved results: one JSON file for each benchmark, with the machine that measured it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const GIB = 1024 ** 3;

/**
 * @typedef {object} Machine
 * @property {string} cpu The CPU's model.
 * @property {number} cores
 * @property {number} memoryGib
 * @property {string} platform Such as `linux x64`.
 * @property {string} node
 *
 * @typedef {{ suite: string, date: string, machine: Machine, figures?: import('../lib/verdicts.mjs').Figure[] } & Record<string, any>}
 *   Saved
 */

/** @param {string} root The repository. */
function resultsFolder(root) {
  return join(root, 'bench', 'results');
}

/**
 * Writes a result to `bench/results/<suite>.json`.
 *
 * @param {string} root
 * @param {{ suite: string } & Record<string, unknown>} result
 * @returns {string} The path of the file.
 */
export function saveResult(root, result) {
  const folder = resultsFolder(root);
  mkdirSync(folder, { recursive: true });
  const { suite, ...rest } = result;
  const saved = { suite, date: new Date().toISOString().slice(0, 10), machine: thisMachine(), ...rest };
  const path = join(folder, `${suite}.json`);
  writeFileSync(path, `${JSON.stringify(saved, null, 2)}\n`);
  return path;
}

/**
 * Reads all saved results, in the order of the benchmarks' names.
 *
 * @param {string} root
 * @returns {Saved[]}
 */
export function readResults(root) {
  const folder = resultsFolder(root);
  let names;
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

/** Names nothing but the kind of machine: no host name, no user and no path. */
function thisMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / GIB),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
  };
}
