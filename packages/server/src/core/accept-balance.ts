/** A worker without a report for this long, in ms, is left out: it may be stopped. */
const FRESH_MS = 2_500;
/** How far a worker may be above the mean before it pauses, and until it accepts connections again. */
const PAUSE = { factor: 1.25, connections: 100 };
const RESUME = { factor: 1.1, connections: 50 };

interface Report {
  connections: number;
  atMs: number;
  isPaused: boolean;
}

/**
 * Decides which workers accept connections. The system gives a connection to any worker that waits for one, which at times
 * is always the same one: connections stay for hours, and a process may have a limited number of them. [S8]
 */
export class AcceptBalance<Worker> {
  readonly #reports = new Map<Worker, Report>();

  /** A worker that has just started accepts connections. */
  report(worker: Worker, connections: number, now: number): void {
    const isPaused = this.#reports.get(worker)?.isPaused ?? false;
    this.#reports.set(worker, { connections, atMs: now, isPaused });
  }

  leave(worker: Worker): void {
    this.#reports.delete(worker);
  }

  /** The workers that have to change, and whether they accept connections from now on. */
  decide(now: number): Map<Worker, boolean> {
    const fresh = [...this.#reports.values()].filter(({ atMs }) => now - atMs < FRESH_MS);
    const mean = fresh.reduce((sum, { connections }) => sum + connections, 0) / Math.max(1, fresh.length);
    const changes = new Map<Worker, boolean>();
    for (const [worker, report] of this.#reports) {
      const { factor, connections } = report.isPaused ? RESUME : PAUSE;
      // One that is not above the mean always accepts, so there is always one that does.
      const isPaused = fresh.includes(report) && report.connections > mean * factor + connections;
      if (isPaused !== report.isPaused) changes.set(worker, !isPaused);
      report.isPaused = isPaused;
    }
    return changes;
  }
}
