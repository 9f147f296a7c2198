import { expect, vi } from 'vitest';
import { need } from './needs.ts';
import { startFamily, type Family } from './processes.ts';

/** For tests of programs that start Flask. */
export const needFlask = (): string => need('Flask');

/** Flask's server for `app.py` in a folder, which restarts when that file changes, once it answers. */
export async function startFlask(port: number, folder: string): Promise<Family> {
  const args = ['--app', 'app.py', 'run', '--reload', '--port', String(port)];
  const flask = startFamily(needFlask(), args, { cwd: folder });
  await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200), {
    timeout: 30_000,
  });
  return flask;
}
