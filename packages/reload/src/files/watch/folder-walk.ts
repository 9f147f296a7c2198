import { TimeSlice } from '../time-slice.ts';

/** How long the walk may block the event loop, in ms. */
const SLICE_MS = 8;

/** Visits folders one after another, in slices, so that a large tree blocks nothing. */
export class FolderWalk {
  readonly #visit: (folder: string, isNew: boolean) => void;
  readonly #queue: [folder: string, isNew: boolean][] = [];
  #isRunning = false;
  /** Resolves when every queued folder was visited. */
  finished: Promise<void> = Promise.resolve();

  constructor(visit: (folder: string, isNew: boolean) => void) {
    this.#visit = visit;
  }

  /** Queues a folder, for a walk that runs or is started next. */
  add(folder: string, isNew: boolean): void {
    this.#queue.push([folder, isNew]);
  }

  start(): void {
    if (!this.#isRunning) this.finished = this.#run();
  }

  stop(): void {
    this.#queue.length = 0;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const slice = new TimeSlice(SLICE_MS);
    for (let next; (next = this.#queue.pop());) {
      this.#visit(...next);
      if (slice.isOver()) await slice.next();
    }
    this.#isRunning = false;
  }
}
