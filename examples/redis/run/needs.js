import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from './start-error.js';

const runFile = promisify(execFile);

/** Programs that are not Node's: Debian's package for each, and Homebrew's. */
const PROGRAMS = {
  'redis-server': { debian: 'redis-server', brew: 'redis' },
  nginx: { debian: 'nginx-light', brew: 'nginx' },
  haproxy: { debian: 'haproxy', brew: 'haproxy' },
};

/**
 * Finds programs, and installs what is missing where that is allowed: as root on Debian.
 *
 * @param {(keyof typeof PROGRAMS)[]} names
 * @param {(text: string) => void} say
 * @returns {Promise<string[]>} Where they are, in the order of the names.
 * @throws {StartError} That names what is missing and how to get it.
 */
export async function findPrograms(names, say) {
  const missing = names.filter((name) => !find(name));
  if (missing.length > 0) await installPrograms(missing, say);
  return names.map((name) => find(name));
}

async function installPrograms(missing, say) {
  const packages = missing.map((name) => PROGRAMS[name].debian);
  const install = ['install', '--no-install-recommends', '--yes', ...packages];
  const remedy =
    `"apt-get ${install.join(' ')}" as root on Debian and Ubuntu, ` +
    `"brew install ${missing.map((name) => PROGRAMS[name].brew).join(' ')}" on macOS`;
  if (!mayInstall()) throw new StartError(`This example needs ${missing.join(' and ')}: ${remedy}.`);
  say(`Installing ${missing.join(' and ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runFile('apt-get', ['update'], { env }).catch(() => {});
  const failed = await runFile('apt-get', install, { env }).then(
    () => undefined,
    (error) => error,
  );
  if (failed || missing.some((name) => !find(name))) {
    throw new StartError(`This example needs ${missing.join(' and ')}, and installing it failed: ${remedy}.`);
  }
}

function find(name) {
  // Debian keeps servers where only root looks for programs, and anybody may run them.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(existsSync);
}

function mayInstall() {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
