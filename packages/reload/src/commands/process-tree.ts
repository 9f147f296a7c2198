import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

/** How a process has ended. */
export interface Exit {
  /** `null` if a signal ended it. */
  code: number | null;
  signal: string | null;
}

/** A command that runs in a shell, with all processes that it starts. */
export interface ProcessTree {
  /** Resolves when the command has ended and its output is complete. It never rejects. */
  readonly exited: Promise<Exit>;
  /** Ends all its processes: by SIGTERM, and by SIGKILL if one is left after `graceMs`. */
  end(graceMs: number): Promise<void>;
}

const POLL_MS = 20;
const MAX_POLLS_AFTER_CLOSE = 5;
/** The exit code of shells for a command that they cannot start. */
const CANNOT_START = 127;

/** Trees that the end of this process ends, too. */
const running = new Set<ChildProcess>();

/** Starts a command in a shell. Its standard input is empty. */
export function startProcessTree(command: string, onOutput: (chunk: Buffer) => void): ProcessTree {
  const onWindows = process.platform === 'win32';
  const child = spawn(command, {
    shell: true,
    // A process group of its own, so that one signal reaches all processes.
    detached: !onWindows,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A pipe is no terminal, but the output is shown in one, and in the overlay.
    env: { ...(process.env['NO_COLOR'] === undefined && { FORCE_COLOR: '1' }), ...process.env },
  });
  if (running.size === 0) process.on('exit', killAll);
  running.add(child);
  child.stdout?.on('data', onOutput);
  child.stderr?.on('data', onOutput);

  let hasClosed = false;
  child.once('close', () => (hasClosed = true));
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      onOutput(Buffer.from(`${error.message}\n`));
      resolve({ code: CANNOT_START, signal: null });
    });
    child.once('exit', (code, signal) => {
      // A process in the background may keep the pipes open for ever.
      void Promise.race([once(child, 'close'), delay(100)]).then(() => resolve({ code, signal }));
    });
  });

  // Once no process is left, the system may give the number of the group to another one.
  let isGone = false;
  const forget = (): void => {
    isGone = true;
    running.delete(child);
    if (running.size === 0) process.off('exit', killAll);
  };

  async function end(graceMs: number): Promise<void> {
    if (isGone) return;
    signalTree(child, 'SIGTERM');
    const deadlineMs = performance.now() + graceMs;
    let pollsAfterClose = 0;
    // A process that has ended stays in its group until its parent, which may be a container's first process, collects it.
    while (isAlive(child) && performance.now() < deadlineMs && pollsAfterClose < MAX_POLLS_AFTER_CLOSE) {
      await delay(POLL_MS);
      if (hasClosed) pollsAfterClose++;
    }
    signalTree(child, 'SIGKILL');
    await exited;
    forget();
  }

  // Processes in the background outlive their shell, and end with the tool.
  void exited.then(() => {
    if (!isAlive(child)) forget();
  });
  return { exited, end };
}

function killAll(): void {
  for (const child of running) signalTree(child, 'SIGKILL');
}

/** Whether a process of the tree is left. */
function isAlive(child: ChildProcess): boolean {
  if (process.platform === 'win32') return child.exitCode === null && child.signalCode === null;
  return signalTree(child, 0);
}

function signalTree({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  if (pid === undefined) return false;
  if (process.platform === 'win32') {
    // Windows has no signals that a console program could handle.
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return true;
  }
  try {
    return process.kill(-pid, signal);
  } catch {
    // No process of the group is left.
    return false;
  }
}
