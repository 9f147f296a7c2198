import cluster, { type ClusterSettings, type Worker } from 'node:cluster';
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
  const worker = fork();
  const ipc = createIpc({ send: (message, done) => void worker.send(message as object, undefined, done) });
  const ended = new Promise<WorkerEnd>((resolve) => {
    worker.on('exit', (code: number | null, signal: string | null) =>
      resolve({
        reason: signal ?? `exit code ${code}`,
        wasSignalled: signal === 'SIGINT' || signal === 'SIGTERM',
      }),
    );
    // If the process could not be created, there is no event 'exit'.
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) resolve({ reason: error.message, wasSignalled: false });
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

/** Forks with settings of our own, and restores the application's. */
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
