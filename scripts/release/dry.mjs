import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from '../lib/checks.mjs';
import { cleanUpAtExit } from '../lib/clean-up-at-exit.mjs';
import { guard } from '../lib/guard.mjs';
import { needsOf } from '../lib/needs-of-files.mjs';
import { prepare } from '../lib/prepare.mjs';
import { root } from '../lib/root.mjs';
import { runTests } from '../lib/run-tests.mjs';
import { tarballsIn } from './checksums.mjs';
import { describeRelease } from './describe-release.mjs';
import { describeTarball } from './describe-tarball.mjs';
import { nextVersions } from './next-versions.mjs';
import { inOrder } from './published-packages.mjs';
import { readIntegrity } from './registry.mjs';

// `npm run release:dry`: packs the packages, prints what would be published, and tests the tarballs in projects outside of the
// repository. Arguments after `--` go to vitest; `-- --no-tests` only prints.
guard();
cleanUpAtExit();
const args = process.argv.slice(2);
// Removed at exit, as everything in the temporary folder of this run.
const folder = mkdtempSync(join(tmpdir(), 'live-online-packed-'));
try {
  await prepare((text) => console.log(text));
  const { code, output } = await pack(folder);
  if (code !== 0) throw new Error(output.trim());
  const tarballs = tarballsIn(folder).map((name) => describeTarball(join(folder, name)));
  const packed = inOrder(await Promise.all(tarballs));
  /** @type {Map<string, string>} */
  const registry = new Map();
  for (const { manifest } of packed) registry.set(manifest.name, await inRegistry(manifest));
  console.log(describeRelease(packed, await nextVersions(root), registry));
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exit(1);
}
if (args.includes('--no-tests')) process.exit(0);
process.env.PACKED_FOLDER = folder;
const reporters = ['--reporter=verbose', '--reporter=./scripts/closing-line-reporter.mjs'];
await runTests({
  args: ['run', ...reporters, 'tests/install', ...args],
  needs: needsOf(['tests/install']),
});

/** @param {import('./published-packages.mjs').Manifest} manifest */
async function inRegistry({ name, version }) {
  return readIntegrity(name, version).then(
    (integrity) => (integrity === undefined ? 'lacks it' : 'has it'),
    () => 'no answer',
  );
}
