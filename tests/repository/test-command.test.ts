import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { needsOf } from '../../scripts/lib/needs-of-files.mjs';
import { longest } from '../../scripts/longest-first-sequencer.mjs';
import { need } from '../helpers/needs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it.each(longest)('[test] %s, which begins early, exists', (path) => {
  expect(existsSync(join(root, path))).toBe(true);
});

describe('what tests need from the system', () => {
  it.each([
    ['packages/widget', ''],
    ['packages/server/test/redis/bus', 'Redis'],
    ['tests/redis/killed', 'Redis'],
    ['tests/redis/rolling', 'Redis, nginx'],
    ['tests/redis/clocks', 'Redis, libfaketime'],
    ['tests/browser/counting', 'Chromium, headless Chromium, Firefox'],
    ['tests/browser/start', 'Chromium, headless Chromium, Firefox, PHP'],
  ])('[test] %s: %s', (filter, names) => {
    expect(
      needsOf([filter])
        .map(({ name }) => name)
        .join(', '),
    ).toBe(names);
  });

  it('[test] no filter, or a filter that matches no path, selects everything', () => {
    expect(needsOf([])).toHaveLength(14);
    expect(needsOf(['-t', 'some title'])).toEqual(needsOf([]));
  });

  it('[test] where Debian has no headless Chromium, the others are installed, and the whole one is enough', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-online-apt-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const installed = join(folder, 'installed');
    // It refuses all packages if it does not know one of them.
    writeFileSync(
      join(folder, 'apt-get'),
      `#!/bin/sh\ncase "$*" in *chromium-headless-shell*) exit 100; esac\necho "$*" >> ${installed}\n`,
      { mode: 0o755 },
    );
    const env = {
      ...process.env,
      PATH: `${folder}:${process.env['PATH']}`,
      WITHOUT: 'headless Chromium,Redis',
      CI: '1',
    };
    const code = `
      import { installMissing, needs } from ${JSON.stringify(join(root, 'scripts/lib/system-needs.mjs'))};
      const wanted = needs.filter(({ name }) => /Chromium|Redis/.test(name));
      console.log((await installMissing(wanted, () => {})).map(({ name }) => name).join());`;
    const args = ['--input-type=module', '-e', code];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout.trim()).toBe('Redis');
    // Only root may install.
    if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
      expect(readFileSync(installed, 'utf8')).toBe(
        'update\ninstall --no-install-recommends --yes redis-server\n',
      );
    }
  });

  it('[test] a need is missing: its tests are skipped, named and counted', async () => {
    const args = ['node_modules/vitest/vitest.mjs', 'run', 'packages/server/test/workers/redis.test.ts'];
    const env = {
      ...process.env,
      WITHOUT: 'Redis',
      CI: '',
      NO_COLOR: '1',
      CHECKS_PASSED: '0',
      CHECKS_FAILED: '0',
    };
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
    expect(stdout.trim().split('\n').slice(-5)).toEqual([
      'Not everything was tested:',
      '  Redis is missing: 2 tests skipped, of packages/server/test/workers/redis.test.ts',
      expect.stringMatching(/^ {4}to run them: .*install.* redis/),
      '',
      '0 passed, 0 failed, 2 skipped',
    ]);
  });

  it('[test] a need is missing in CI: its tests fail', () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('WITHOUT', 'Redis');
    vi.stubEnv('CI', 'true');
    expect(() => need('Redis')).toThrow('this test needs Redis');
  });
});

describe('what a run leaves behind', () => {
  /**
   * Does what the test command does: it writes a temporary file, and starts two processes in groups of their own. One has an
   * empty environment, as Redis seems to have.
   */
  const command = `
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { guard } from './scripts/lib/guard.mjs';
    import { cleanUpAtExit } from './scripts/lib/clean-up-at-exit.mjs';
    guard();
    cleanUpAtExit();
    writeFileSync(tmpdir() + '/file', 'x');
    const args = ['-e', 'process.on("SIGTERM", () => {}); setTimeout(() => {}, 60_000); console.log("started")'];
    const pids = [{}, { env: {}, cwd: tmpdir() }].map(async (options) => {
      const stdio = ['ignore', 'pipe', 'ignore'];
      const child = spawn(process.execPath, args, { detached: true, stdio, ...options });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      return child.pid;
    });
    console.log(JSON.stringify({ folder: tmpdir(), pids: await Promise.all(pids) }));
    process.stdin.once('data', () => process.exit(7));
  `;

  it.each<[string, (child: ReturnType<typeof spawn>) => void, number]>([
    ['its end', (child) => child.stdin!.write('end\n'), 7],
    ['SIGINT', (child) => child.kill('SIGINT'), 130],
    ['SIGTERM', (child) => child.kill('SIGTERM'), 143],
  ])('[test] after %s no process and no temporary file is left', async (_name, end, expected) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', command], {
      cwd: root,
      env: { ...process.env, LIVE_ONLINE_RUN: undefined },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { folder, pids } = JSON.parse(line) as { folder: string; pids: number[] };
    onTestFinished(() => pids.filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL')));
    expect([existsSync(`${folder}/file`), pids.map(isAlive)]).toEqual([true, [true, true]]);
    end(child);
    expect(await once(child, 'exit')).toEqual([expected, null]);
    expect(existsSync(folder)).toBe(false);
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]));
  });
});

/** Whether a process runs. One that has ended stays in the process table until its parent has waited for it. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
