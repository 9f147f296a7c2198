import { existsSync, readFileSync } from 'node:fs';
import { run } from './run.mjs';

/** What the tests need from the system: where it lies once it is there, and Debian's package for it. */
const needs = [
  { name: 'Chromium', path: '/usr/bin/chromium', debianPackage: 'chromium' },
  { name: 'Firefox', path: '/usr/bin/firefox-esr', debianPackage: 'firefox-esr' },
  { name: 'PHP', path: '/usr/bin/php', debianPackage: 'php-cli' },
  { name: 'Redis', path: '/usr/bin/redis-server', debianPackage: 'redis-server' },
  { name: 'nginx', path: '/usr/sbin/nginx', debianPackage: 'nginx-light' },
  {
    name: 'libfaketime',
    path: `/usr/lib/${debianTriplet()}/faketime/libfaketime.so.1`,
    debianPackage: 'libfaketime',
  },
];

/**
 * Installs the browsers, the servers and whatever else the tests use, where that is allowed: as root on Debian.
 *
 * @param {(text: string) => void} say
 * @throws {Error} that names in one line what is missing and how to get it
 */
export async function installSystemNeeds(say) {
  const missing = needs.filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const command = `apt-get install --no-install-recommends --yes ${packages.join(' ')}`;
  if (!mayInstall())
    throw new Error(`The tests need ${names}: run "${command}" as root (Debian), then again.`);
  say(`Installing ${names}…`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run('apt-get', ['update'], { quiet: true, env });
  const install = await run('apt-get', command.split(' ').slice(1), { quiet: true, env });
  if (install.code !== 0 || needs.some(({ path }) => !existsSync(path))) {
    throw new Error(`${update.output}${install.output}\nThe tests need ${names}, and "${command}" failed.`);
  }
}

/** How Debian calls this machine's architecture in the paths of libraries. */
function debianTriplet() {
  return { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch] ?? `${process.arch}-linux-gnu`;
}

function mayInstall() {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
