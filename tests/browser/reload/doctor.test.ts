import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { need } from '../../helpers/needs.ts';
import { makeFolder } from '../../helpers/reload-tool.ts';

const bin = fileURLToPath(new URL('../../../packages/reload/bin/live-online-reload.js', import.meta.url));

it('[R31] --doctor opens the page in a browser, ends by itself, and its exit code says whether there is a problem', async () => {
  const browser = need('Chromium');
  const { folder } = makeFolder({ 'index.html': '<!doctype html><h1>x</h1>' });
  const programs = makeFolder().folder;
  symlinkSync(browser, join(programs, 'google-chrome'));
  const diagnose = async (args: string[]): Promise<{ code: number; output: string }> => {
    const env = {
      ...process.env,
      PATH: `${programs}${delimiter}${process.env['PATH']}`,
      XDG_CACHE_HOME: makeFolder().folder,
      NO_COLOR: '1',
    };
    const run = promisify(execFile)(process.execPath, [bin, '--doctor', '--port', '0', ...args], { env });
    return run.then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stdout: string }) => ({ code: error.code, output: error.stdout }),
    );
  };
  const fine = await diagnose([folder]);
  expect(fine.output).toContain(`The page connects in ${join(programs, 'google-chrome')}.`);
  expect(fine.output).toContain('No problem found.');
  expect(fine.code).toBe(0);
  const down = await diagnose(['--proxy', 'http://127.0.0.1:1', '--watch', folder, '--quiet']);
  expect(down.output).toMatch(
    /^PROBLEM +Nothing listens on 127\.0\.0\.1, port 1\.\n +→ Start the backend.*\n$/,
  );
  expect(down.code).toBe(1);
}, 90_000);
