import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The integrity of the tarball that a registry has for a version of a package.
 *
 * @param {string} name
 * @param {string} version
 * @param {readonly string[]} [options] for npm, such as `--registry=…`
 * @returns {Promise<string | undefined>} `undefined` if the registry lacks the version
 * @throws {Error} if the registry does not answer
 */
export async function readIntegrity(name, version, options = []) {
  try {
    const { stdout } = await run('npm', [
      'view',
      `${name}@${version}`,
      'dist.integrity',
      '--json',
      ...options,
    ]);
    // Older versions of npm print nothing for a version that does not exist.
    return stdout.trim() === '' ? undefined : /** @type {string} */ (JSON.parse(stdout));
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
    if (/\bE404\b/.test(stdout + stderr)) return undefined;
    throw new Error(`cannot read ${name} in the registry:\n${stderr.trim()}`, { cause: error });
  }
}

/**
 * Publishes a tarball.
 *
 * @param {string} tarball
 * @param {readonly string[]} [options] for npm
 * @throws {Error} that contains what npm printed
 */
export async function publishTarball(tarball, options = []) {
  try {
    // The tarball is what was tested: npm runs no script, and packs nothing again. It takes a relative path such as
    // `packed/name.tgz` for a repository on GitHub.
    await run('npm', ['publish', resolve(tarball), '--access', 'public', '--ignore-scripts', ...options]);
  } catch (error) {
    throw new Error(/** @type {{ stderr: string }} */ (error).stderr.trim(), { cause: error });
  }
}
