import { appendFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeTarball } from './describe-tarball.mjs';
import { tarballsIn, verifyChecksums } from './checksums.mjs';
import { inOrder } from './published-packages.mjs';
import { publishTarball, readIntegrity } from './registry.mjs';
import { requireRepository } from './require-repository.mjs';

/**
 * Publishes the tarballs of a folder whose versions the registry lacks: `node publish.mjs FOLDER [OPTION OF NPM…]`. The
 * environment variable `TESTED_SHA256` has the checksums of the files that were tested. `PUBLISHED_FILE` names a file that gets a
 * line for each tarball that the registry has at the end, also if another run has published it. The script needs Node and npm
 * alone, so that the job with the right to publish installs nothing.
 */
const [path = '.', ...options] = process.argv.slice(2);
// npm takes a relative path such as `packed/name.tgz` for a repository on GitHub.
const folder = resolve(path);
const { GITHUB_REPOSITORY = '', PUBLISHED_FILE = '', TESTED_SHA256 = '' } = process.env;
try {
  verifyChecksums(folder, TESTED_SHA256);
  const packed = await Promise.all(tarballsIn(folder).map((name) => describeTarball(join(folder, name))));
  if (options.includes('--provenance') && GITHUB_REPOSITORY) requireRepository(packed, GITHUB_REPOSITORY);
  const missing = [];
  // All of them before the first is published: the list is complete also if a publication fails.
  for (const one of inOrder(packed)) {
    const published = await readIntegrity(one.manifest.name, one.manifest.version, options);
    if (published === undefined) missing.push(one);
    else reportPublished(one, published);
  }
  for (const { manifest, tarball } of missing) {
    await publishTarball(tarball, options);
    console.log(`${manifest.name}@${manifest.version} is published`);
    list(manifest);
  }
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}

/**
 * @param {import('./describe-tarball.mjs').PackedPackage} packed
 * @param {string} published the integrity of the registry's tarball
 */
function reportPublished({ manifest, integrity }, published) {
  const id = `${manifest.name}@${manifest.version}`;
  console.log(`${id} is already published`);
  if (published === integrity) list(manifest);
  // A tag at this commit, with this tarball, would not be what users install.
  else console.error(`the registry has another tarball of ${id}: this run creates no tag for it`);
}

/** @param {import('./published-packages.mjs').Manifest} manifest */
function list({ name, version }) {
  if (PUBLISHED_FILE) appendFileSync(PUBLISHED_FILE, `${name} ${version}\n`);
}
