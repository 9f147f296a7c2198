import type { Sample } from '../core/samples.ts';

/** Stands in `#min` for a step without a sample. */
const ABSENT = 0xffff_ffff;

/** The samples of the last steps of one length, in a memory of fixed size. */
export class SampleRing {
  readonly stepSeconds: number;
  readonly #min: Uint32Array;
  readonly #mean: Float32Array;
  readonly #max: Uint32Array;
  /** The newest step: its number since 1970. */
  #newest = -1;

  constructor(stepSeconds: number, capacity: number) {
    this.stepSeconds = stepSeconds;
    this.#min = new Uint32Array(capacity).fill(ABSENT);
    this.#mean = new Float32Array(capacity);
    this.#max = new Uint32Array(capacity);
  }

  /** Adds a number to the step of a time. The first one of a step is its mean. */
  add(unixSeconds: number, value: number): void {
    const step = this.#advance(unixSeconds);
    const index = step % this.#min.length;
    if (this.#min[index] === ABSENT) return this.#write(index, value, value, value);
    this.#min[index] = Math.min(this.#min[index]!, value);
    this.#max[index] = Math.max(this.#max[index]!, value);
  }

  /** Sets the step of a time to what the steps of `finer` in it have together. */
  aggregate(unixSeconds: number, finer: SampleRing): void {
    const from = this.#stepOf(unixSeconds) * this.stepSeconds;
    const summary = finer.#summary(from, from + this.stepSeconds);
    if (summary) this.#write(this.#advance(unixSeconds) % this.#min.length, ...summary);
  }

  /** The samples from a time up to another one, oldest first. Steps without a sample are absent. */
  between(fromSeconds: number, toSeconds: number): Sample[] {
    const samples: Sample[] = [];
    for (const [step, index] of this.#present(fromSeconds, toSeconds)) {
      const mean = Math.round(this.#mean[index]! * 100) / 100;
      samples.push([step * this.stepSeconds, this.#min[index]!, mean, this.#max[index]!]);
    }
    return samples;
  }

  all(): Sample[] {
    return this.between(0, (this.#newest + 1) * this.stepSeconds);
  }

  /** Sets the steps that have no sample, oldest first. Samples that are older than the ring are left out. */
  restore(samples: readonly Sample[]): void {
    for (const [unixSeconds, min, mean, max] of samples) {
      const step = this.#stepOf(unixSeconds);
      if (step <= this.#newest - this.#min.length) continue;
      if (step > this.#newest) this.#advance(unixSeconds);
      const index = step % this.#min.length;
      if (this.#min[index] === ABSENT) this.#write(index, min, mean, max);
    }
  }

  /** The lowest, mean and highest number of the steps from a time up to another one. */
  #summary(fromSeconds: number, toSeconds: number): [min: number, mean: number, max: number] | undefined {
    let [min, sum, max, steps] = [ABSENT, 0, 0, 0];
    for (const [, index] of this.#present(fromSeconds, toSeconds)) {
      min = Math.min(min, this.#min[index]!);
      max = Math.max(max, this.#max[index]!);
      sum += this.#mean[index]!;
      steps++;
    }
    return steps === 0 ? undefined : [min, sum / steps, max];
  }

  /** The steps that have a sample, from a time up to another one, and where they are. */
  *#present(fromSeconds: number, toSeconds: number): Generator<[step: number, index: number]> {
    const { length } = this.#min;
    const first = Math.max(this.#stepOf(fromSeconds), this.#newest - length + 1, 0);
    const last = Math.min(this.#stepOf(toSeconds - 1), this.#newest);
    for (let step = first; step <= last; step++) {
      if (this.#min[step % length] !== ABSENT) yield [step, step % length];
    }
  }

  #stepOf(unixSeconds: number): number {
    return Math.floor(unixSeconds / this.stepSeconds);
  }

  #write(index: number, min: number, mean: number, max: number): void {
    this.#min[index] = min;
    this.#mean[index] = mean;
    this.#max[index] = max;
  }

  /**
   * Makes the step of a time the newest one, and returns it. The steps between have no samples. If the clock was set back,
   * the steps after it are dropped.
   */
  #advance(unixSeconds: number): number {
    const step = this.#stepOf(unixSeconds);
    const { length } = this.#min;
    const [from, to] = step > this.#newest ? [this.#newest + 1, step] : [step + 1, this.#newest];
    for (let cleared = Math.max(from, to - length + 1); cleared <= to; cleared++) {
      this.#min[cleared % length] = ABSENT;
    }
    this.#newest = step;
    return step;
  }
}
