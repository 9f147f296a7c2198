import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { root } from './root.mjs';
import { needs } from './system-needs.mjs';

/**
 * What the chosen tests need from the system.
 *
 * @param {readonly string[]} args vitest's: a file is chosen if its path contains one of them, and every file if none is
 */
export function needsOf(args) {
  const filters = args.filter((arg) => !arg.startsWith('-'));
  const folders = ['tests', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/test`)];
  const all = folders.flatMap(testFilesIn);
  const chosen = all.filter((file) => filters.some((filter) => file.includes(filter)));
  const read = new Set();
  for (const file of chosen.length > 0 ? chosen : all) readImports(join(root, file), read);
  return needs.filter(({ helper }) => read.has(join(root, helper)));
}

/** @param {string} folder */
function testFilesIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

/**
 * Follows the imports of a test file through the helpers, which import each other by relative paths.
 *
 * @param {string} file
 * @param {Set<string>} read
 */
function readImports(file, read) {
  if (read.has(file) || !existsSync(file)) return;
  read.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+\.ts)'/g)) {
    readImports(resolve(dirname(file), path), read);
  }
}
