import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeFolder, startReload } from '../helpers/reload-server.ts';

const bin = fileURLToPath(new URL('../../bin/live-online-reload.js', import.meta.url));
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const NOBODY = 65_534;
/** Loads the command line as the current user, and runs it as an ordinary one. */
const asOrdinaryUser = `
  const { main } = await import(${JSON.stringify(cli)});
  if (process.getuid() === 0) {
    process.setgroups([]);
    process.setgid(${NOBODY});
    process.setuid(${NOBODY});
  }
  process.argv.splice(1, 0, 'live-online-reload');
  await main(() => {});
`;

interface LogEntry {
  event: string;
  message?: string;
  files?: string[];
}

/** Runs the command line in a process of its own, under limits of its own. */
function runUnder(command: string, args: string[], cache = makeFolder().folder, cwd = cache) {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: cache, NO_COLOR: '1' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let written = '';
  child.stdout.on('data', (chunk) => (written += String(chunk)));
  const errors = text(child.stderr);
  const log = (): LogEntry[] =>
    written
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogEntry);
  const files = (): string[] => log().flatMap((one) => one.files ?? []);
  const warnings = (): string[] =>
    log().flatMap(({ event, message }) => (event === 'warning' ? [message!] : []));
  const listens = (): Promise<void> =>
    vi.waitFor(async () => {
      if (child.exitCode !== null) expect.unreachable(`it has ended: ${await errors}`);
      expect(log()[0]?.event).toBe('listening');
    });
  return { files, warnings, listens };
}

function runAsOrdinaryUser(folder: string, cwd?: string) {
  const args = ['--input-type=module', '-e', asOrdinaryUser, '--', folder, '--port', '0', '--log', 'json'];
  const cache = makeFolder().folder;
  if (process.getuid?.() === 0) chownSync(cache, NOBODY, NOBODY);
  return runUnder(process.execPath, args, cache, cwd);
}

describe('limits of the system', () => {
  it('[R3] if the system has no watches left, one warning names the remedy, and the other folders are polled', async () => {
    const { folder, write } = makeFolder({ 'a.txt': 'x' });
    for (let index = 0; index < 60; index++) write(`d${index}/inner/file.txt`, 'x');
    // A user namespace has limits of its own, so that the machine's stay.
    const script = `echo 30 > /proc/sys/user/max_inotify_watches && exec "$0" "$@"`;
    const args = [
      '--user',
      '--map-root-user',
      'sh',
      '-c',
      script,
      process.execPath,
      bin,
      folder,
      '--port',
      '0',
      '--log',
      'json',
    ];
    const { files, warnings, listens } = runUnder('unshare', args);
    await listens();
    await vi.waitFor(() => expect(warnings()).toHaveLength(1));
    expect(warnings()[0]).toMatch(/no watches left.*sudo sysctl fs\.inotify\.max_user_watches=524288/);
    // After the first poll of all folders, every change is noticed.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    for (let index = 0; index < 60; index++)
      writeFileSync(join(folder, `d${index}/inner/file.txt`), 'changed');
    const all = Array.from({ length: 60 }, (_, index) => `d${index}/inner/file.txt`);
    await vi.waitFor(() => expect(new Set(files())).toEqual(new Set(all)));
    expect(warnings()).toHaveLength(1);
  });

  it('[R3] a folder that may not be read causes one warning, and the others are watched', async () => {
    const { folder, write } = makeFolder({ 'a.txt': 'x', 'closed/secret.txt': 'x', 'open/b.txt': 'x' });
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'closed'), 0o000);
    onTestFinished(() => chmodSync(join(folder, 'closed'), 0o755));
    const { files, warnings, listens } = runAsOrdinaryUser(folder);
    await listens();
    await vi.waitFor(() => expect(warnings()).toHaveLength(1));
    expect(warnings()[0]).toMatch(/closed may not be read by this user/);
    write('open/b.txt', 'changed');
    await vi.waitFor(() => expect(files()).toEqual(['open/b.txt']));
  });

  it('[R12] in a folder that may not be listed, the tool starts without a config file', async () => {
    const { folder, write } = makeFolder({ 'a.txt': 'x' });
    chmodSync(folder, 0o755);
    const cwd = makeFolder().folder;
    // It may be entered, not listed.
    chmodSync(cwd, 0o311);
    onTestFinished(() => chmodSync(cwd, 0o755));
    const { files, listens } = runAsOrdinaryUser(folder, cwd);
    await listens();
    write('a.txt', 'changed');
    await vi.waitFor(() => expect(files()).toEqual(['a.txt']));
  });

  it('[R3] a flood that overflows the system’s queue is followed by a rescan', async () => {
    const { folder, write, updates } = await startReload({ 'a.txt': 'x', 'b.txt': 'x' });
    mkdirSync(join(folder, 'many'));
    // More events than the queue holds, before the process reads any; the same one twice in a row would count once.
    for (let round = 0; round < 10_000; round++) {
      for (const name of ['a.txt', 'b.txt']) chmodSync(join(folder, name), 0o600);
    }
    for (let index = 0; index < 3_000; index++) writeFileSync(join(folder, `many/${index}.txt`), `${index}`);
    write('a.txt', 'after the flood');
    // A file that had not been read before the flood may count as changed: its earlier state is unknown.
    const seen = (): Set<string> =>
      new Set(updates.flatMap(({ files }) => files).filter((file) => file !== 'b.txt'));
    await vi.waitFor(() => expect(seen().size).toBe(3_001), 30_000);
  }, 60_000);
});
