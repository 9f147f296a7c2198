import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { asDocument } from '../helpers/backend.ts';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

/** A served folder whose `node_modules/pkg` leads to a package outside of it. */
function makeLinked() {
  const { folder: outer, write } = makeFolder({
    'site/index.html': '<p>',
    'pkg/lib/index.js': 'one',
    'pkg/.env': 'secret',
    'other/a.js': 'x',
    'site/node_modules/real/a.js': 'x',
  });
  symlinkSync('../../pkg', join(outer, 'site/node_modules/pkg'));
  symlinkSync('../other/a.js', join(outer, 'site/a.js'));
  symlinkSync('../pkg/.env', join(outer, 'site/env.txt'));
  return { outer, write, folder: join(outer, 'site') };
}

async function get(url: string, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(new URL(path, url), { headers: asDocument });
  return { status: response.status, text: await response.text() };
}

it('[R8] [SEC73] a symlink that leads out of the folder is refused, and page and warning say why', async () => {
  const { outer, folder } = makeLinked();
  const { url, warnings } = await startReload({}, { folder });
  for (const path of ['/node_modules/pkg/lib/index.js', '/node_modules/pkg/lib/index.js', '/a.js']) {
    const { status, text } = await get(url, path);
    expect(status).toBe(404);
    expect(text).toContain('outside of the served folder');
    expect(text).not.toContain(outer);
  }
  await vi.waitFor(() => expect(warnings).toHaveLength(2));
  expect(warnings[0]).toMatch(/^node_modules\/pkg is not served: .* --allow .*\/pkg$/);
  expect(warnings[1]).toMatch(/^a\.js is not served: .* --allow .*\/other$/);
});

it('[R8] [SEC73] a symlink to a dotfile outside, and a missing file, are just not found', async () => {
  const { folder } = makeLinked();
  const { url, warnings } = await startReload({}, { folder });
  for (const path of ['/env.txt', '/missing.txt']) {
    const { status, text } = await get(url, path);
    expect(status).toBe(404);
    expect(text).not.toContain('outside of');
  }
  expect(warnings).toEqual([]);
});

it('[R8] --allow permits a symlink to the folder that it names, which is watched, and to no dotfile in it', async () => {
  const { outer, write, folder } = makeLinked();
  const { url, updates, indexed } = await startReload({}, { folder, allow: [join(outer, 'pkg')] });
  await indexed;
  const path = '/node_modules/pkg/lib/index.js';
  expect(await get(url, path)).toEqual({ status: 200, text: 'one' });
  write('pkg/lib/index.js', 'saved');
  await vi.waitFor(() => expect(updates.map(({ files }) => files)).toEqual([['lib/index.js']]));
  expect(await get(url, path)).toEqual({ status: 200, text: 'saved' });
  for (const refused of ['/node_modules/pkg/.env', '/env.txt', '/a.js'])
    expect((await get(url, refused)).status).toBe(404);
});

it('[R8] --allow must name folders that exist', async () => {
  const { outer, folder } = makeLinked();
  await expect(startReload({}, { folder, allow: [join(outer, 'missing')] })).rejects.toMatchObject({
    code: 'folder-missing',
  });
});
