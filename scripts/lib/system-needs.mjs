import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

/** Chromium without a user interface, which takes less than half of its CPU time. */
export const CHROMIUM_HEADLESS = 'headless Chromium';

/**
 * What some tests need from the system.
 *
 * @typedef {object} Need
 * @property {string} name
 * @property {string} helper the test helper that uses it: a test file needs what the helpers that it imports need
 * @property {string} debian Debian's package
 * @property {string} elsewhere how to install it on other systems
 * @property {() => string | undefined} find where it is
 * @property {boolean} [isOptional] whether it is never installed, and may be missing in CI. @default false
 * @property {string} [instead] the need that the tests use where this one is missing
 */

/** @type {readonly Need[]} */
export const needs = [
  {
    name: 'Chromium',
    helper: 'tests/helpers/browsers.ts',
    debian: 'chromium',
    elsewhere: 'npx playwright-core install chromium',
    find: () => findProgram('chromium', 'chromium-browser') ?? ofPlaywright('chromium'),
  },
  {
    name: CHROMIUM_HEADLESS,
    helper: 'tests/helpers/browsers.ts',
    debian: 'chromium-headless-shell',
    elsewhere: 'npx playwright-core install chromium',
    find: () => findProgram('chromium-headless-shell'),
    instead: 'Chromium',
  },
  {
    name: 'Firefox',
    helper: 'tests/helpers/browsers.ts',
    debian: 'firefox-esr',
    elsewhere: 'npx playwright-core install firefox',
    find: () => findProgram('firefox-esr') ?? ofPlaywright('firefox'),
  },
  {
    name: 'PHP',
    helper: 'tests/helpers/php.ts',
    debian: 'php-cli',
    elsewhere: 'brew install php',
    find: () => findProgram('php'),
  },
  {
    name: 'curl',
    helper: 'tests/helpers/shell.ts',
    debian: 'curl',
    elsewhere: 'brew install curl',
    find: () => findProgram('curl'),
  },
  {
    name: 'Flask',
    helper: 'tests/helpers/flask.ts',
    debian: 'python3-flask',
    elsewhere: 'pip install flask',
    find: () => findProgram('flask'),
  },
  {
    name: 'Redis',
    helper: 'packages/server/test/helpers/redis.ts',
    debian: 'redis-server',
    elsewhere: 'brew install redis',
    find: () => findProgram('redis-server'),
  },
  {
    name: 'nginx',
    helper: 'tests/helpers/nginx.ts',
    debian: 'nginx-light',
    elsewhere: 'brew install nginx',
    find: () => findProgram('nginx'),
  },
  {
    name: 'Apache',
    helper: 'tests/helpers/deployed.ts',
    debian: 'apache2-bin',
    elsewhere: 'brew install httpd',
    find: () => findProgram('apache2', 'httpd'),
  },
  {
    name: 'Caddy',
    helper: 'tests/helpers/deployed.ts',
    debian: 'caddy',
    elsewhere: 'brew install caddy',
    find: () => findProgram('caddy'),
  },
  {
    name: 'HAProxy',
    helper: 'tests/helpers/deployed.ts',
    debian: 'haproxy',
    elsewhere: 'brew install haproxy',
    find: () => findProgram('haproxy'),
  },
  {
    name: 'systemd',
    helper: 'tests/deploy/files.test.ts',
    debian: 'systemd',
    elsewhere: 'a Linux with systemd',
    find: () => findProgram('systemd-analyze'),
  },
  {
    name: 'promtool',
    helper: 'packages/server/test/helpers/promtool.ts',
    debian: 'prometheus',
    elsewhere: 'brew install prometheus',
    find: () => findProgram('promtool'),
    // Debian's package starts a server.
    isOptional: true,
  },
  {
    name: 'libfaketime',
    helper: 'tests/helpers/fake-time.ts',
    debian: 'libfaketime',
    elsewhere: 'brew install libfaketime',
    find: () => findLibrary('libfaketimeMT.so.1'),
  },
];

/**
 * Whether something may be missing in CI.
 *
 * @param {string} name
 */
export function isOptionalNeed(name) {
  return needs.find((one) => one.name === name)?.isOptional ?? false;
}

/**
 * The path of something that tests need. `WITHOUT=Redis,PHP` hides some of it, to see what a machine without it does.
 *
 * @param {string} name
 */
export function findNeed(name) {
  const hidden = (process.env.WITHOUT ?? '').split(',');
  const need = needs.find((one) => one.name === name);
  if (!need) throw new Error(`no test needs ${name}`);
  return hidden.includes(name) ? undefined : need.find();
}

/**
 * The command that installs what is missing.
 *
 * @param {readonly Need[]} missing
 */
export function installCommand(missing) {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  if (isDebian()) return `${sudo}apt-get ${installArguments(missing).join(' ')}`;
  return missing.map(({ elsewhere }) => elsewhere).join(' && ');
}

/**
 * Installs what is missing, where that is allowed: as root on Debian.
 *
 * @param {readonly Need[]} wanted
 * @param {(text: string) => void} log
 * @returns {Promise<Need[]>} what is still missing
 */
export async function installMissing(wanted, log) {
  const missing = () => wanted.filter(({ name, isOptional }) => !isOptional && !findNeed(name));
  const lacking = () => missing().filter(({ instead }) => instead === undefined || !findNeed(instead));
  if (missing().length > 0 && process.getuid?.() === 0 && isDebian()) {
    log(`Installing ${listNames(missing())}…`);
    const options = { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } };
    const update = await run('apt-get', ['update'], options);
    const { output } = await run('apt-get', installArguments(missing()), options);
    // A release of Debian without one of the packages installs none of them together.
    for (const need of missing()) await run('apt-get', installArguments([need]), options);
    if (lacking().length > 0) log(`${update.output}${output}`.trim());
  }
  return lacking();
}

/**
 * Installs what tests need, and logs what is still missing.
 *
 * @param {readonly Need[]} wanted
 * @param {(text: string) => void} log
 * @throws {Error} in CI, where nothing may be missing
 */
export async function installNeeds(wanted, log) {
  const missing = await installMissing(wanted, log);
  if (missing.length === 0) return;
  const remedy = `The tests need ${listNames(missing)}: ${installCommand(missing)}`;
  if (process.env.CI) throw new Error(remedy);
  log(`${remedy}\nOtherwise the tests that need it are skipped.`);
}

/** @param {readonly Need[]} list */
function listNames(list) {
  return list.map(({ name }) => name).join(', ');
}

/** @param {readonly Need[]} missing */
function installArguments(missing) {
  return ['install', '--no-install-recommends', '--yes', ...missing.map(({ debian }) => debian)];
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** @param {string[]} names of one program, the best first */
function findProgram(...names) {
  // Debian installs servers outside of the PATH of ordinary users, who may run them.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return names.flatMap((name) => folders.filter(Boolean).map((folder) => join(folder, name))).find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian keeps libraries in a folder for each architecture. */
function findLibrary(/** @type {string} */ name) {
  const folders = ['/usr/lib', '/usr/lib64'].filter((folder) => existsSync(folder));
  const all = folders.flatMap((folder) => [
    folder,
    ...readdirSync(folder).map((entry) => join(folder, entry)),
  ]);
  return all.map((folder) => join(folder, 'faketime', name)).find((path) => existsSync(path));
}

/**
 * The browser that `npx playwright-core install` has installed, if any.
 *
 * @param {'chromium' | 'firefox'} name
 */
function ofPlaywright(name) {
  // Not imported: the dependencies may not be installed yet.
  const path = createRequire(import.meta.url)('playwright-core')[name].executablePath();
  return existsSync(path) ? path : undefined;
}
