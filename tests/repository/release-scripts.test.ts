import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { changesIn } from '../../scripts/release/changelog.mjs';
import { checksumsOf, verifyChecksums } from '../../scripts/release/checksums.mjs';
import { describeRelease } from '../../scripts/release/describe-release.mjs';
import { inOrder, publishedPackages } from '../../scripts/release/published-packages.mjs';
import { root } from '../helpers/packed.ts';

async function createTarballs(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'live-online-tarballs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['a-1.0.0.tgz', 'b-1.0.0.tgz']) await writeFile(join(folder, name), name);
  return folder;
}

describe('tarballs between two jobs', () => {
  it.each([
    ['changed', 'a-1.0.0.tgz', 'other', /missing or changed: .* a-1\.0\.0\.tgz\n.*not tested: .* a-1/s],
    ['added', 'c-1.0.0.tgz', 'new', /not tested: .* c-1\.0\.0\.tgz/],
    ['removed', 'b-1.0.0.tgz', undefined, /missing or changed: .* b-1\.0\.0\.tgz/],
  ])('[SEC94] a tarball that was %s after the tests is found', async (_what, name, content, message) => {
    const folder = await createTarballs();
    const tested = checksumsOf(folder);
    expect(() => verifyChecksums(folder, tested)).not.toThrow();
    if (content === undefined) await rm(join(folder, name));
    else await writeFile(join(folder, name), content);
    expect(() => verifyChecksums(folder, tested)).toThrow(message);
  });

  it('[SEC94] without checksums nothing is published', async () => {
    const folder = await createTarballs();
    const script = join(root, 'scripts', 'release', 'publish.mjs');
    const env = { ...process.env, TESTED_SHA256: '' };
    const published = promisify(execFile)(process.execPath, [script, folder, '--dry-run'], { env });
    await expect(published).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no checksums of the tested files'),
    });
  });
});

it('[SEC94] a package is published after those it depends on', () => {
  const names = publishedPackages(root).map(({ manifest }) => manifest.name.split('/')[1]);
  expect(names).toHaveLength(4);
  expect(names[0]).toBe('protocol');
  expect(names.indexOf('widget')).toBeLessThan(names.indexOf('server'));
  const item = (name: string, ...dependencies: string[]) => ({
    manifest: { name, version: '1.0.0', dependencies: Object.fromEntries(dependencies.map((d) => [d, '1'])) },
  });
  const ordered = inOrder([item('a', 'b', 'other'), item('b', 'c'), item('c')]);
  expect(ordered.map(({ manifest }) => manifest.name)).toEqual(['c', 'b', 'a']);
});

it('[docs] the notes of a release are the section of its version', () => {
  const changelog = '# p\n\n## 0.2.0\n\n### Minor Changes\n\n- new\n\n## 0.1.0\n\n- old\n';
  expect(changesIn(changelog, '0.2.0')).toBe('### Minor Changes\n\n- new\n');
  expect(changesIn(changelog, '0.1.0')).toBe('- old\n');
  expect(() => changesIn(changelog, '0.2')).toThrow('the changelog has no version 0.2');
});

it('[docs] `npm run release:dry` shows versions, sizes, files, integrity and changes', () => {
  const packed = {
    tarball: '/tmp/p-0.1.0.tgz',
    sha256: '00',
    manifest: { name: '@x/p', version: '0.1.0' },
    files: [{ path: 'dist/live-online.js', size: 1_500 }],
    packedBytes: 1_000,
    unpackedBytes: 2_340,
    integrity: 'sha512-AA',
    scripts: [{ path: 'dist/live-online.js', integrity: 'sha384-BB' }],
  };
  const next = {
    name: '@x/p',
    oldVersion: '0.1.0',
    newVersion: '0.2.0',
    type: 'minor',
    changes: ['A button.'],
  };
  const text = describeRelease([packed], [next], new Map([['@x/p', 'has it']]));
  expect(text).toMatch(/^@x\/p +0\.1\.0 +0\.2\.0 +has it +1 +1\.0 kB +2\.3 kB$/m);
  expect(text).toMatch(/^p-0\.1\.0\.tgz +sha512-AA$/m);
  expect(text).toMatch(/^@x\/p\/dist\/live-online\.js +sha384-BB$/m);
  expect(text).toMatch(/^dist\/live-online\.js +1\.5 kB$/m);
  expect(text).toContain('@x/p 0.1.0 → 0.2.0 (minor), 1 changes\n  - A button.');
});
