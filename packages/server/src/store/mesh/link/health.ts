import type { Clock } from '../../../core/ports.ts';

/** How long a link may be away before totals are stale, in ms: most links are back at once. */
const STALE_AFTER_MS = 1_000;

/** Whether this server's totals are up to date, and when the store reports that they are stale. [C9] */
export class Health {
  readonly #clock: Clock;
  readonly #report: (stale: boolean, reason?: string) => void;
  #isStale = false;
  #reason = '';
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, report: (stale: boolean, reason?: string) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Totals are up to date. */
  good(): void {
    this.close();
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#report(false);
  }

  /** Totals may be old; reported if that lasts. */
  doubtful(reason: string): void {
    this.#reason = reason;
    if (!this.#isStale) this.#cancel ??= this.#clock.schedule(() => this.stale(this.#reason), STALE_AFTER_MS);
  }

  /** Totals are old; reported at once. */
  stale(reason: string): void {
    this.close();
    if (this.#isStale) return;
    this.#isStale = true;
    this.#report(true, reason);
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
