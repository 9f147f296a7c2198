import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** A command and all its descendants. */
export interface Family {
  child: ChildProcess;
  /** Sends SIGINT to all of them, as Ctrl-C in a terminal does. */
  interrupt(): void;
  /** What all of them have printed so far. */
  output(): string;
  /** The IDs of those that still run. */
  alive(): number[];
}

/** Prints what a child process writes, beside what the test does with it, if `SHOW_OUTPUT` is set. */
export function showOutput(child: ChildProcess): void {
  if (!process.env['SHOW_OUTPUT']) return;
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(process.stderr, { end: false });
}

/** Starts a command, and marks its descendants by an environment variable. After the test they are killed. */
export function startFamily(
  command: string,
  args: string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Family {
  const mark = `LIVE_ONLINE_TEST_FAMILY=${randomUUID()}`;
  const [name, value] = mark.split('=') as [string, string];
  const child = spawn(command, args, {
    cwd,
    // Its own process group, as in a terminal: Ctrl-C reaches every process in it.
    detached: true,
    env: { ...process.env, NO_COLOR: '1', ...env, [name]: value },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  showOutput(child);

  function alive(): number[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
        } catch {
          // It has ended, or belongs to another user.
          return false;
        }
      });
  }
  onTestFinished(() => {
    for (const pid of alive()) process.kill(pid, 'SIGKILL');
  });
  return { child, interrupt: () => void process.kill(-child.pid!, 'SIGINT'), output: () => output, alive };
}
