import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('[R1] importing the package does nothing and opens nothing', () => {
  const code = `
    const before = process.getActiveResourcesInfo().length;
    const names = Object.keys(await import('@live-online/reload'));
    console.log(JSON.stringify({ names, opened: process.getActiveResourcesInfo().length - before }));`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd,
    encoding: 'utf8',
  });
  const { names, opened } = JSON.parse(printed) as { names: string[]; opened: number };
  expect(names.sort()).toEqual(['ReloadServerError', 'createReloadServer']);
  expect(opened).toBeLessThanOrEqual(0);
});
