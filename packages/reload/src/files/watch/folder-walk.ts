/** How long the walk may block the event loop, in ms. */
const SLICE_MS = 8;

interface QueuedFolder {
  folder: string;
  isNew: boolean;
}

/** Visits folders one after another, in slices, so that a large tree blocks nothing. */
export class FolderWalk {
  readonly #visit: (folder: string, isNew: boolean) => void;
  readonly #queue: QueuedFolder[] = [];
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;
  #isStopped = false;

  constructor(visit: (folder: string, isNew: boolean) => void) {
    this.#visit = visit;
  }

  /** Queues a folder, for a walk that runs or is started next. */
  add(folder: string, isNew: boolean): void {
    this.#queue.push({ folder, isNew });
  }

  start(): void {
    if (!this.#isRunning) this.#run();
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when every queued folder was visited. */
  async finished(): Promise<void> {
    if (this.#isRunning) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #run(): void {
    this.#isRunning = true;
    const endMs = performance.now() + SLICE_MS;
    while (this.#queue.length > 0 && !this.#isStopped) {
      const { folder, isNew } = this.#queue.pop()!;
      this.#visit(folder, isNew);
      if (performance.now() > endMs) return void setImmediate(() => this.#run());
    }
    this.#isRunning = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
