import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changesIn } from './changelog.mjs';
import { publishedPackages } from './published-packages.mjs';
import { requireRepository } from './require-repository.mjs';

// Checks what a release needs from each package, before anything is published: a changelog with its version, which the pull request
// of the workflow "Version" writes, and the repository in its manifest. Runs in the folder of the repository.
const packages = publishedPackages('.');
const problems = packages.map(({ folder, manifest }) =>
  problemOf(() => changesIn(readChangelog(folder), manifest.version), `packages/${folder}`),
);
const { GITHUB_REPOSITORY = '' } = process.env;
if (GITHUB_REPOSITORY) problems.push(problemOf(() => requireRepository(packages, GITHUB_REPOSITORY)));
const found = problems.filter((problem) => problem !== '');
if (found.length > 0) {
  console.error(found.join('\n'));
  process.exitCode = 1;
}

/**
 * @param {() => void} check
 * @param {string} [where]
 * @returns {string} empty if there is no problem
 */
function problemOf(check, where) {
  try {
    check();
    return '';
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    return where === undefined
      ? message
      : `${where}: ${message}. Merge the pull request of the workflow "Version" first`;
  }
}

/** @param {string} folder */
function readChangelog(folder) {
  try {
    return readFileSync(join('packages', folder, 'CHANGELOG.md'), 'utf8');
  } catch {
    return '';
  }
}
