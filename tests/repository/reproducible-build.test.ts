import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files that pages load by a script tag. */
const SCRIPTS = ['live-online.js', 'live-online.more.js'];

/** Builds the scripts of the widget in a copy of its package, and returns them. */
async function buildScripts(folder: string, environment: Record<string, string>): Promise<Buffer[]> {
  const widget = join(folder, 'packages/widget');
  await mkdir(widget, { recursive: true });
  const isSource = (path: string): boolean => !/\/(dist|node_modules|test)$/.test(path);
  await cp(join(root, 'packages/widget'), widget, { recursive: true, filter: isSource });
  await cp(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await symlink(join(root, 'packages/widget/node_modules'), join(widget, 'node_modules'));
  await promisify(execFile)(
    process.execPath,
    [join(root, 'node_modules/tsup/dist/cli-default.js'), '--no-dts'],
    {
      cwd: widget,
      env: { ...process.env, ...environment },
    },
  );
  return Promise.all(SCRIPTS.map((name) => readFile(join(widget, 'dist', name))));
}

it('[W5] [SEC96] the scripts are the same to the byte, wherever and whenever they are built', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'live-online-build-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [one, two] = await Promise.all([
    buildScripts(join(folder, 'a'), { TZ: 'UTC', LANG: 'C' }),
    buildScripts(join(folder, 'another/and deeper'), { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' }),
  ]);
  for (const [index, name] of SCRIPTS.entries()) {
    expect(one[index]!.length, name).toBeGreaterThan(1_000);
    expect(one[index]!.equals(two[index]!), name).toBe(true);
  }
});
