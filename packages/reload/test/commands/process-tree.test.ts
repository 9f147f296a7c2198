import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startProcessTree } from '../../src/commands/process-tree.ts';
import { makeFolder } from '../helpers/reload-server.ts';

function start(command: string) {
  let output = '';
  const tree = startProcessTree(command, (chunk) => (output += chunk.toString()));
  onTestFinished(() => tree.end(0));
  return { tree, output: () => output };
}

/** A shell that has started another process, which writes its number into a file. */
function startNested(body = 'setInterval(() => {}, 1000)') {
  const { folder, write } = makeFolder();
  const file = join(folder, 'pid');
  write(
    'child.mjs',
    `import { writeFileSync } from 'node:fs';\n${body};\nwriteFileSync('${file}', String(process.pid));`,
  );
  const started = start(`sh -c '"${process.execPath}" "${join(folder, 'child.mjs')}"; true'; true`);
  const pid = async (): Promise<number> => {
    await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, 'utf8')).toMatch(/\d/));
    return Number(readFileSync(file, 'utf8'));
  };
  return { ...started, pid };
}

const isRunning = (pid: number): boolean => {
  try {
    // A zombie is no running process.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a command with its processes', () => {
  it('[R9] gives its output and its exit code', async () => {
    const { tree, output } = start('echo out; echo err >&2; exit 3');
    expect(await tree.exited).toEqual({ code: 3, signal: null });
    expect(output()).toBe('out\nerr\n');
  });

  it('[R9] a command that does not exist has an exit code and a text', async () => {
    const { tree, output } = start('no-such-command-of-live-online');
    expect((await tree.exited).code).toBe(127);
    expect(output()).toMatch(/not found/);
  });

  it('[R9] programs are asked for colours, unless NO_COLOR is set', async () => {
    const { tree, output } = start('echo "$FORCE_COLOR/$NO_COLOR"');
    await tree.exited;
    expect(output().trim()).toBe(
      process.env['NO_COLOR'] === undefined
        ? `${process.env['FORCE_COLOR'] ?? 1}/`
        : `${process.env['FORCE_COLOR'] ?? ''}/${process.env['NO_COLOR']}`,
    );
  });

  it('[R9] ending it ends the processes that it has started', async () => {
    const { tree, pid } = startNested();
    const number = await pid();
    await tree.end(10_000);
    await vi.waitFor(() => expect(isRunning(number)).toBe(false));
    expect((await tree.exited).code).toBe(null);
  });

  it('[R9] a process that ignores SIGTERM is killed', async () => {
    const { tree, pid } = startNested("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
    const number = await pid();
    await tree.end(100);
    await vi.waitFor(() => expect(isRunning(number)).toBe(false));
  });

  it('[R9] a process in the background is ended, too, and does not delay the end of the command', async () => {
    const { tree, output } = start('sleep 1000 & echo $!');
    expect(await tree.exited).toEqual({ code: 0, signal: null });
    const number = Number(output());
    expect(isRunning(number)).toBe(true);
    await tree.end(10_000);
    await vi.waitFor(() => expect(isRunning(number)).toBe(false));
  });
});
