import { FILE_TIME_STEP_MS } from './stat-file.ts';

/** The system's queue holds 16,384 events; more than this many in a row may have overflowed it. */
const FLOOD_EVENTS = 8_000;
/** A flood has ended when no event has come for this long, in ms. */
const CALM_MS = 100;

/** Detects that so many events came in a row that the system may have dropped some. */
export class FloodDetector {
  readonly #onFlood: (sinceMs: number) => void;
  #events = 0;
  #sinceMs: number | undefined;
  #calm: NodeJS.Timeout | undefined;

  /** @param onFlood is called after a flood, with the time from which events may have been missed. */
  constructor(onFlood: (sinceMs: number) => void) {
    this.#onFlood = onFlood;
  }

  countEvent(): void {
    this.#events++;
    if (this.#events === FLOOD_EVENTS) this.#sinceMs = Date.now() - FILE_TIME_STEP_MS;
    if (this.#calm) this.#calm.refresh();
    else this.#calm = setTimeout(() => this.#end(), CALM_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#calm);
  }

  #end(): void {
    const sinceMs = this.#sinceMs;
    this.#calm = undefined;
    this.#events = 0;
    this.#sinceMs = undefined;
    if (sinceMs !== undefined) this.#onFlood(sinceMs);
  }
}
