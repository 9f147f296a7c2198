import { fork } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createIpc, type Ipc } from './ipc.ts';

export interface WorkerProcess {
  readonly pid: number;
  readonly ipc: Ipc;
  readonly ended: Promise<WorkerEnd>;
  /** Kills it, even if it is stopped. */
  kill(): void;
}

export interface WorkerEnd {
  /** As text. */
  reason: string;
  /** Whether SIGINT or SIGTERM ended it; once it runs, it ignores them. */
  wasSignalled: boolean;
}

/** In `dist` all entries are in one folder. */
const entry = fileURLToPath(new URL('./worker.js', import.meta.url));

export function spawnWorker(): WorkerProcess {
  const child = fork(entry, [], {
    execArgv: execArgvOf(process.execArgv),
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ipc = createIpc({
    send(message, done, handle) {
      // With a callback, a closed channel neither throws nor emits 'error'.
      if (child.connected) child.send(message as object, handle as never, {}, done);
      else done();
    },
  });
  const ended = new Promise<WorkerEnd>((resolve) => {
    child.on('exit', (code, signal) =>
      resolve({
        reason: signal ?? `exit code ${code}`,
        wasSignalled: signal === 'SIGINT' || signal === 'SIGTERM',
      }),
    );
    // If the process could not be created, there is no event 'exit'.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ reason: error.message, wasSignalled: false });
    });
  });
  child.on('message', (message) => ipc.receive(message));
  return { pid: child.pid ?? 0, ipc, ended, kill: () => void child.kill('SIGKILL') };
}

/** The flags of this process. An inspector needs a port of its own. */
function execArgvOf(flags: readonly string[]): string[] {
  const isInspected = flags.some((flag) => flag.startsWith('--inspect'));
  return isInspected ? [...flags, '--inspect-port=0'] : [...flags];
}
