import type { ReloadOverlay } from '@live-online/protocol';

/** The problems of commands. Pages show the newest one. */
export class OverlayState {
  readonly #problems = new Map<object, ReloadOverlay>();
  readonly #onChange: (overlay: ReloadOverlay | null) => void;

  constructor(onChange: (overlay: ReloadOverlay | null) => void) {
    this.#onChange = onChange;
  }

  /** The problem that pages show. */
  current(): ReloadOverlay | null {
    return [...this.#problems.values()].at(-1) ?? null;
  }

  set(owner: object, problem: ReloadOverlay): void {
    this.#problems.delete(owner);
    this.#problems.set(owner, problem);
    this.#onChange(problem);
  }

  clear(owner: object): void {
    if (this.#problems.delete(owner)) this.#onChange(this.current());
  }
}
