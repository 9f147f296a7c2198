/** How many values there were, by size. All numbers only rise. */
export interface HistogramSnapshot {
  /** The upper bounds of the buckets, rising. */
  readonly bounds: readonly number[];
  /** How many values were at most as large as each bound, and larger than the one before; the last number: larger than all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Counts values by their size, without keeping them. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds the upper bounds of the buckets, rising. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const index = this.#bounds.findIndex((bound) => value <= bound);
    this.#counts[index === -1 ? this.#bounds.length : index]!++;
    this.#sum += value;
  }

  snapshot(): HistogramSnapshot {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}
