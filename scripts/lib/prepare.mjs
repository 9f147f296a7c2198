import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.mjs';
import { root } from './root.mjs';

/** The package manager, as npx names it: a machine that has Node has npm, but no pnpm. */
const PNPM = 'pnpm@12.21.0';
/** Every install writes it, because pnpm writes nothing if there is nothing to install. */
const INSTALLED = '.cache/installed';

/**
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options]
 */
export function pnpm(args, options) {
  return run('npx', ['--yes', PNPM, ...args], options);
}

/**
 * Installs the dependencies if they are missing or out of date.
 *
 * @param {(text: string) => void} log called before a step that takes long
 * @throws {Error} that holds what the failed command printed
 */
export async function install(log) {
  const manifests = ['package.json', ...(await packages()).map((name) => `packages/${name}/package.json`)];
  const wanted = await newest(['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]);
  if (existsSync(join(root, 'node_modules')) && wanted < (await newest([INSTALLED]))) return;
  log('Installing the dependencies (half a minute the first time)…');
  await must('install', await pnpm(['install', '--frozen-lockfile'], { quiet: true }));
  await mkdir(join(root, '.cache'), { recursive: true });
  await writeFile(join(root, INSTALLED), '');
}

/**
 * Builds all packages, each after those it depends on.
 *
 * @throws {Error} that holds what the failed command printed
 */
export async function build() {
  // Names of chunks have hashes: those of earlier builds would stay, and be packed.
  for (const name of await packages())
    await rm(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
  await must(
    'build',
    await pnpm(['--recursive', '--filter', './packages/*', 'run', 'build'], { quiet: true }),
  );
}

/**
 * Installs and builds whatever is missing or older than its sources.
 *
 * @param {(text: string) => void} log called before a step that takes long
 * @throws {Error} that holds what the failed command printed
 */
export async function prepare(log) {
  await install(log);
  const built = await Promise.all((await packages()).map(isBuilt));
  if (built.every(Boolean)) return;
  log('Building the packages…');
  await build();
}

/**
 * @param {string} what
 * @param {{ code: number, output: string }} result
 */
async function must(what, { code, output }) {
  if (code !== 0) throw new Error(`${output.trim()}\n\nThe ${what} failed; what it printed stands above.`);
}

async function packages() {
  return readdir(join(root, 'packages'));
}

/**
 * Whether a package's build is newer than all its sources, including those of other packages.
 *
 * @param {string} name
 */
async function isBuilt(name) {
  const folder = `packages/${name}`;
  // A package that is bundled into the others has no build.
  if (!existsSync(join(root, folder, 'tsup.config.ts'))) return true;
  const dist = join(root, folder, 'dist');
  if (!existsSync(join(dist, 'index.js')) || !existsSync(join(dist, 'index.d.ts'))) return false;
  const sources = ['src', 'pages', 'dashboard', 'scripts', 'tsup.config.ts', 'package.json'].map(
    (path) => `${folder}/${path}`,
  );
  return (
    (await newest([...sources, 'packages/protocol/src', 'packages/internal/src', 'pnpm-lock.yaml'])) <
    (await newest([`${folder}/dist/index.js`]))
  );
}

/**
 * The newest modification time of files and of all files in folders; 0 if there are none.
 *
 * @param {string[]} paths
 * @returns {Promise<number>}
 */
async function newest(paths) {
  const times = await Promise.all(
    paths.map(async (path) => {
      const full = join(root, path);
      const stats = await stat(full).catch(() => undefined);
      if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
      return newest((await readdir(full)).map((name) => join(path, name)));
    }),
  );
  return Math.max(0, ...times);
}
