import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { outdatedFiles } from '../../bench/report/report.mjs';
import { tarballsIn } from '../release/checksums.mjs';
import { pnpm } from './prepare.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';

/** The folder of the packed packages. A release packs them before, so that it publishes what is tested here. */
export const packedFolder = resolve(root, process.env.PACKED_FOLDER ?? '.cache/packed');
const isPacked = process.env.PACKED_FOLDER !== undefined;

/** @typedef {{ name: string, check: () => Promise<{ code: number, output: string }> }} Check */

/**
 * All checks but the tests. Lanes run side by side, and the fastest check of a lane comes first.
 *
 * @type {readonly (readonly Check[])[]}
 */
export const lanes = [
  [
    { name: 'unused code', check: () => tool('knip') },
    { name: 'lint', check: () => tool('oxlint') },
  ],
  [
    { name: 'lockfile without addresses', check: checkLockfile },
    { name: 'figures of the README', check: checkFigures },
    { name: 'format', check: () => tool('oxfmt', '--check') },
    { name: 'types', check: checkTypes },
    {
      name: 'packed',
      check: () => (isPacked ? Promise.resolve({ code: 0, output: '' }) : pack(packedFolder)),
    },
    { name: 'publint', check: () => eachTarball((tarball) => tool('publint', 'run', tarball, '--strict')) },
    {
      name: 'are the types wrong',
      check: () =>
        eachTarball((tarball) =>
          tool(
            'attw',
            tarball,
            '--profile',
            'esm-only',
            '--exclude-entrypoints',
            './live-online.js',
            './live-online.more.js',
          ),
        ),
    },
  ],
];

/**
 * Runs a tool of the repository's dependencies.
 *
 * @param {string} name
 * @param {...string} args
 */
function tool(name, ...args) {
  return run(join(root, 'node_modules', '.bin', name), args, { quiet: true });
}

async function checkLockfile() {
  const lines = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8').split('\n');
  const bad = lines.filter((line) => /https?:\/\/|tarball:/.test(line));
  return { code: bad.length > 0 ? 1 : 0, output: bad.join('\n') };
}

/** Table and chart of the README show the saved results of the benchmarks. */
async function checkFigures() {
  const outdated = outdatedFiles(root);
  const output = `These do not show bench/results: ${outdated.join(', ')}. Run: npm run bench report`;
  return outdated.length > 0 ? { code: 1, output } : { code: 0, output: '' };
}

async function checkTypes() {
  const projects = ['.'];
  for (const name of await readdir(join(root, 'packages'))) {
    if (existsSync(join(root, 'packages', name, 'tsconfig.json'))) projects.push(`packages/${name}`);
    // Code for pages has its own tsconfig, so that the server cannot use the DOM.
    for (const folder of ['src/client', 'pages', 'dashboard']) {
      const client = `packages/${name}/${folder}/tsconfig.json`;
      if (existsSync(join(root, client))) projects.push(client);
    }
  }
  // By its path: TypeScript 6, which builds declarations, is called tsc, too.
  const tsc = join('node_modules', 'typescript-7', 'bin', 'tsc');
  // One thread needs a third less CPU time than several, and other checks use the other cores. What a compiler leaves in
  // memory is freed when it ends, so it collects garbage only above this limit.
  const options = { quiet: true, env: { GOGC: 'off', GOMEMLIMIT: '1GiB' } };
  const compile = (/** @type {string} */ project) =>
    run(process.execPath, [tsc, '--project', project, '--singleThreaded'], options);
  return inTurn(projects, compile);
}

/**
 * Packs every package that is published.
 *
 * @param {string} folder is emptied before
 */
export async function pack(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const published = ['--filter', './packages/*', '--filter', '!@live-online/internal'];
  return pnpm(['--recursive', ...published, 'pack', '--pack-destination', folder], { quiet: true });
}

/** @param {(tarball: string) => Promise<{ code: number, output: string }>} check */
async function eachTarball(check) {
  const tarballs = existsSync(packedFolder) ? tarballsIn(packedFolder) : [];
  if (tarballs.length === 0) return { code: 1, output: 'nothing is packed' };
  return inTurn(tarballs, (name) => check(join(packedFolder, name)));
}

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<{ code: number, output: string }>} check
 */
async function inTurn(items, check) {
  let code = 0;
  let output = '';
  for (const item of items) {
    const result = await check(item);
    code ||= result.code;
    if (result.code !== 0) output += result.output;
  }
  return { code, output };
}
