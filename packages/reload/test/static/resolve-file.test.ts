import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUrlPath } from '../../src/core/url-path.ts';
import { resolveFile } from '../../src/serving/static/resolve-file.ts';
import { FUZZ_TIMEOUT_MS, fuzzParameters } from '../../../../tests/helpers/fuzz.ts';
import { makeFolder } from '../helpers/reload-server.ts';

const parts = fc.oneof(
  fc.constantFrom(
    '/',
    '//',
    '..',
    '.',
    '%2e',
    '%2E%2e',
    '%2f',
    '%5c',
    '\\',
    '%00',
    '%25',
    '%252e',
    '..%2f',
    '....',
    '..;',
    '%c0%ae',
    '%uff0e',
    'in',
    'out',
    'a.txt',
    'secret.txt',
    'loop',
    '~',
    ':',
    '::$DATA',
    ' ',
    '%20',
    'site',
    'outside',
    '%E2%80%AE',
    '..%00/',
    '?',
    '#',
    'http://x',
    '.hidden',
    '％2e',
    '．．',
  ),
  fc.string({ maxLength: 4 }),
);

describe('from a URL to a file', () => {
  it('[R8] [SEC70] no URL opens a file outside the root', { timeout: FUZZ_TIMEOUT_MS }, async () => {
    const { folder } = makeFolder({
      'outside/secret.txt': 'secret',
      'site/a.txt': 'a',
      'site/in/a.txt': 'b',
      'secret.txt': 'secret',
    });
    const root = join(folder, 'site');
    symlinkSync(join(folder, 'outside'), join(root, 'out'));
    symlinkSync(root, join(root, 'loop'));
    symlinkSync(join(folder, 'secret.txt'), join(root, 'secret.txt'));
    mkdirSync(`${root}2`);
    writeFileSync(join(`${root}2`, 'a.txt'), 'sibling');
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 8 }), async (strings) => {
        const path = readUrlPath(`/${strings.join('')}`, false);
        if (!path.ok) return;
        const file = await resolveFile(root, path.segments);
        if (file.kind !== 'file') return;
        opened++;
        await file.handle.close();
        expect(file.path.startsWith(root + sep)).toBe(true);
      }),
      fuzzParameters(3_000),
    );
    expect(opened).toBeGreaterThan(0);
  });

  it('[R8] [SEC73] if a folder becomes a symlink while its file is opened, nothing outside is served', async () => {
    const { folder } = makeFolder({ 'outside/a.txt': 'secret', 'site/in/a.txt': 'a' });
    const root = join(folder, 'site');
    // Node opens nothing while all of its threads wait for a pipe.
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const waiting = Array.from({ length: 16 }, () => open(pipe, 'r'));
    const resolving = resolveFile(root, ['in', 'a.txt']);
    renameSync(join(root, 'in'), join(root, 'moved'));
    symlinkSync(join(folder, 'outside'), join(root, 'in'));
    const writer = openSync(pipe, 'r+');
    const handles = await Promise.all(waiting);
    closeSync(writer);
    await Promise.all(handles.map((handle) => handle.close()));
    expect((await resolving).kind).toBe('none');
  });

  it('[R8] [SEC70] reading a URL never throws', { timeout: FUZZ_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (target, windows) => {
        const path = readUrlPath(target, windows);
        if (path.ok) for (const segment of path.segments) expect(segment).not.toMatch(/^\.{0,2}$|[/\\\0]/);
      }),
      fuzzParameters(1_000),
    );
  });

  it.each(['/a:b', '/a.txt::$DATA', '/con', '/NUL.txt', '/a.', '/a%20', '/PROGRA~1'])(
    '[R8] [SEC70] on Windows %s is not a valid name',
    (target) => {
      expect(readUrlPath(target, true).ok).toBe(false);
      expect(readUrlPath(target, false).ok).toBe(true);
    },
  );
});
