import type { PrimaryToWorker } from './messages.ts';

export interface PoolOptions<Worker> {
  key: string;
  /** Of all pools of the key: a place that a worker returns to an earlier pool does not count in this one. */
  generation: number;
  limit: number;
  /** The places that each worker has while there is no pool. */
  defaultAllotment: number;
  /** How many workers there can be. */
  maxWorkers: number;
  /** The workers that run now. */
  workers: Iterable<Worker>;
  send: (worker: Worker, message: PrimaryToWorker) => void;
  /** Runs `task` when workers have had enough time to answer a recall. Returns a function that cancels it. */
  scheduleTimeout: (task: () => void) => () => void;
  /** Each worker has at most its default allotment: the pool is not needed. */
  unneeded: () => void;
}

/**
 * The primary's places of one key, and how many of them each worker has.
 *
 * - `loose`: a worker that asks gets a share of the free places. None is free: all unused ones are recalled.
 * - `recalling`: workers give up what they do not use.
 * - `tight`: workers have exactly the places that they use. Each connection costs a question.
 */
export class Pool<Worker> {
  readonly #options: PoolOptions<Worker>;
  readonly #granted = new Map<Worker, number>();
  #free: number;
  #asks: { worker: Worker; count: number }[] = [];
  #state: 'loose' | 'recalling' | 'tight' = 'loose';
  #round = 0;
  #awaited = new Set<Worker>();
  #cancelTimeout = (): void => {};

  constructor(options: PoolOptions<Worker>) {
    this.#options = options;
    this.#free = options.limit;
    for (const worker of options.workers) this.#grant(worker, options.defaultAllotment);
  }

  /** A new worker begins without places. */
  join(worker: Worker): void {
    const { key, generation, send } = this.#options;
    this.#granted.set(worker, 0);
    send(worker, ['begin', key, generation, this.#state !== 'loose']);
  }

  /** The places of a worker that has ended are free. */
  leave(worker: Worker): void {
    this.#free += this.#granted.get(worker) ?? 0;
    this.#granted.delete(worker);
    this.#asks = this.#asks.filter((ask) => ask.worker !== worker);
    this.#answered(worker);
    this.#serve();
  }

  ask(worker: Worker, count: number): void {
    this.#asks.push({ worker, count });
    this.#serve();
  }

  return(worker: Worker, generation: number, count: number): void {
    if (generation !== this.#options.generation) return;
    this.#grant(worker, -count);
    this.#serve();
  }

  recalled(worker: Worker, generation: number, round: number, count: number): void {
    if (generation !== this.#options.generation) return;
    this.#grant(worker, -count);
    if (round === this.#round) this.#answered(worker);
    this.#serve();
  }

  close(): void {
    this.#cancelTimeout();
  }

  #grant(worker: Worker, count: number): void {
    this.#granted.set(worker, (this.#granted.get(worker) ?? 0) + count);
    this.#free -= count;
  }

  #serve(): void {
    for (let [ask] = this.#asks; ask && this.#answer(ask); [ask] = this.#asks) this.#asks.shift();
    if (this.#asks.length === 0) this.#relaxOrEnd();
  }

  /** @returns `false` if the answer has to wait for places that are recalled. */
  #answer({ worker, count }: { worker: Worker; count: number }): boolean {
    const { key, generation, maxWorkers, send } = this.#options;
    if (this.#free > 0) {
      const share = this.#state === 'loose' ? Math.floor(this.#free / (2 * maxWorkers)) : 0;
      const granted = Math.min(this.#free, Math.max(count, share));
      this.#grant(worker, granted);
      send(worker, ['grant', key, generation, granted]);
      return true;
    }
    if (this.#state === 'loose') this.#recall();
    if (this.#state !== 'tight') return false;
    send(worker, ['deny', key]);
    return true;
  }

  #recall(): void {
    const { key, generation, scheduleTimeout, send } = this.#options;
    this.#state = 'recalling';
    this.#round++;
    this.#awaited = new Set(this.#granted.keys());
    for (const worker of this.#awaited) send(worker, ['recall', key, generation, this.#round]);
    // A worker that is stopped must not block the others. What it has counts as used.
    this.#cancelTimeout = scheduleTimeout(() => {
      this.#state = 'tight';
      this.#serve();
    });
  }

  #answered(worker: Worker): void {
    this.#awaited.delete(worker);
    if (this.#state !== 'recalling' || this.#awaited.size > 0) return;
    this.#cancelTimeout();
    this.#state = 'tight';
  }

  #relaxOrEnd(): void {
    const { key, limit, maxWorkers, send, defaultAllotment, unneeded } = this.#options;
    // Far from the point at which places were recalled, so that the pool does not change its state all the time.
    const manyFree = Math.min(limit, Math.max(limit / 4, 2 * maxWorkers));
    if (this.#state === 'tight' && this.#free >= manyFree) {
      this.#state = 'loose';
      for (const worker of this.#granted.keys()) send(worker, ['relax', key]);
    }
    if (this.#state !== 'loose') return;
    if ([...this.#granted.values()].some((count) => count > defaultAllotment)) return;
    for (const worker of this.#granted.keys()) send(worker, ['forget', key]);
    unneeded();
  }
}
