import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * What a registry would receive.
 *
 * @typedef {object} PackedPackage
 * @property {string} tarball its path
 * @property {string} sha256 of the tarball, in hex
 * @property {import('./published-packages.mjs').Manifest} manifest
 * @property {{ path: string, size: number }[]} files in bytes
 * @property {number} packedBytes
 * @property {number} unpackedBytes
 * @property {string} integrity as lockfiles name it
 * @property {{ path: string, integrity: string }[]} scripts the files for script tags, with their subresource integrity
 */

/** Files that pages load by a script tag of their own: of the widget's package. */
const SCRIPTS = /^dist\/live-online(?:\.more)?\.js$/;

/**
 * Reads a tarball as npm does before it publishes.
 *
 * @param {string} tarball
 * @returns {Promise<PackedPackage>}
 */
export async function describeTarball(tarball) {
  // npm takes a relative path such as `packed/name.tgz` for a repository on GitHub.
  const absolute = resolve(tarball);
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', absolute], {
    maxBuffer: MAX_BYTES,
  });
  const [packed] =
    /** @type {{ size: number, unpackedSize: number, integrity: string, files: PackedPackage['files'] }[]} */ (
      JSON.parse(stdout)
    );
  if (packed === undefined) throw new Error(`npm reads no package in ${basename(tarball)}`);
  const manifest = /** @type {import('./published-packages.mjs').Manifest} */ (
    JSON.parse((await readPacked(tarball, 'package.json')).toString())
  );
  const scripts = packed.files.map(({ path }) => path).filter((path) => SCRIPTS.test(path));
  return {
    tarball,
    sha256: createHash('sha256')
      .update(await readFile(tarball))
      .digest('hex'),
    manifest,
    files: packed.files.map(({ path, size }) => ({ path, size })),
    packedBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    integrity: packed.integrity,
    scripts: await Promise.all(
      scripts.map(async (path) => ({ path, integrity: subresource(await readPacked(tarball, path)) })),
    ),
  };
}

/**
 * The content of a file in a tarball.
 *
 * @param {string} tarball
 * @param {string} path in the package
 */
async function readPacked(tarball, path) {
  const { stdout } = await run('tar', ['-xzOf', tarball, `package/${path}`], {
    encoding: 'buffer',
    maxBuffer: MAX_BYTES,
  });
  return stdout;
}

/** @param {Buffer} content */
function subresource(content) {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}
