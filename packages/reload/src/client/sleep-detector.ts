const TICK_MS = 500;
const SLEEP_MS = 2_500;

/** Detects that the page stood still: a dialog was open, the machine was suspended, or a debugger paused it. */
export class SleepDetector {
  #tickMs = Date.now();
  #hasSlept = false;

  constructor() {
    setInterval(() => this.#tick(), TICK_MS);
    document.addEventListener('visibilitychange', () => (this.#tickMs = Date.now()));
  }

  /** Returns whether the page has slept since the last call. */
  takeSlept(): boolean {
    this.#tick();
    const hasSlept = this.#hasSlept;
    this.#hasSlept = false;
    return hasSlept;
  }

  #tick(): void {
    const nowMs = Date.now();
    // Browsers slow down the timers of hidden pages.
    if (nowMs - this.#tickMs > SLEEP_MS && !document.hidden) this.#hasSlept = true;
    this.#tickMs = nowMs;
  }
}
