import cluster, { type ClusterSettings, type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { createIpc, type Ipc } from './ipc.ts';

/** A worker's process, as its primary sees it. */
export interface WorkerProcess {
  readonly pid: number;
  readonly ipc: Ipc;
  readonly ended: Promise<WorkerEnd>;
  /** Ends it now, whatever it is doing, also when it is stopped. */
  kill(): void;
}

export interface WorkerEnd {
  /** In words. */
  reason: string;
  /** Whether it was a signal of somebody who wanted it to end, which it ignores only once it runs. */
  wasAsked: boolean;
}

/** Built, all entries lie side by side. */
const entry = fileURLToPath(new URL('./worker.js', import.meta.url));

export function spawnWorker(): WorkerProcess {
  const worker = fork();
  const ipc = createIpc({ send: (message, done) => void worker.send(message as object, undefined, done) });
  const ended = new Promise<WorkerEnd>((resolve) => {
    worker.on('exit', (code: number | null, signal: string | null) =>
      resolve({
        reason: signal ?? `exit code ${code}`,
        wasAsked: signal === 'SIGINT' || signal === 'SIGTERM',
      }),
    );
    // Where no process could be made, there will be none to exit.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) resolve({ reason: error.message, wasAsked: false });
    });
  });
  worker.on('message', (message) => ipc.receive(message));
  return {
    pid: worker.process.pid ?? 0,
    ipc,
    ended,
    kill: () => void worker.process.kill('SIGKILL'),
  };
}

/** Forks with settings of our own, and leaves the application's as they were. */
function fork(): Worker {
  const settings = cluster.settings as Record<string, unknown>;
  const before = { ...settings };
  try {
    cluster.setupPrimary({
      exec: entry,
      args: [],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    } satisfies ClusterSettings);
    return cluster.fork();
  } finally {
    const current = cluster.settings as Record<string, unknown>;
    for (const key of Object.keys(current)) delete current[key];
    Object.assign(current, before);
  }
}
