const ANNOUNCEMENT_INTERVAL_MS = 10_000;

/**
 * What assistive technology reads instead of the visible number. It changes at most every 10 s; a change is announced when
 * the user is idle. The first text is not announced.
 */
export class Announcer {
  readonly #region: HTMLElement;
  #text = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(region: HTMLElement) {
    this.#region = region;
  }

  /** The newest text. In between, earlier ones are dropped. */
  announce(text: string): void {
    this.#text = text;
    if (this.#timer === undefined) this.#update();
  }

  /** Forgets what was said, so that the next text is the first one. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#region.removeAttribute('role');
    this.#region.textContent = '';
  }

  #update(): void {
    this.#timer = undefined;
    if (this.#region.textContent === this.#text) return;
    this.#region.textContent = this.#text;
    // A region that becomes live with its text in it announces only the changes after that.
    this.#region.setAttribute('role', 'status');
    this.#timer = setTimeout(() => this.#update(), ANNOUNCEMENT_INTERVAL_MS);
  }
}
