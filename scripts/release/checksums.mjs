import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The SHA-256 of each tarball and each bill of materials in a folder, one a line, in the form of `sha256sum`.
 *
 * @param {string} folder
 */
export function checksumsOf(folder) {
  return filesIn(folder, /\.(?:tgz|cdx\.json)$/)
    .map((name) => {
      const content = readFileSync(join(folder, name));
      return `${createHash('sha256').update(content).digest('hex')}  ${name}\n`;
    })
    .join('');
}

/**
 * Compares the files of a release in a folder with the checksums of those that were tested.
 *
 * @param {string} folder
 * @param {string} expected as `checksumsOf` returns it
 * @throws {Error} if a file was changed, added or removed
 */
export function verifyChecksums(folder, expected) {
  const lines = (/** @type {string} */ text) => text.split('\n').filter((line) => line.trim() !== '');
  const [tested, present] = [lines(expected), lines(checksumsOf(folder))];
  const problems = [
    ...tested.filter((line) => !present.includes(line)).map((line) => `missing or changed: ${line}`),
    ...present.filter((line) => !tested.includes(line)).map((line) => `not tested: ${line}`),
  ];
  if (tested.length === 0) problems.push('no checksums of the tested files');
  if (problems.length > 0)
    throw new Error(`these are not the files that were tested:\n${problems.join('\n')}`);
}

/** @param {string} folder */
export function tarballsIn(folder) {
  return filesIn(folder, /\.tgz$/);
}

/**
 * @param {string} folder
 * @param {RegExp} pattern
 */
function filesIn(folder, pattern) {
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .sort();
}
