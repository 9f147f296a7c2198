/**
 * Remembers which files were last saved by one write without a pause, while no other file changed: the next save of such a file is
 * expected to be the same. [R2]
 */
export class IsolatedSaves {
  readonly #windowMs: number;
  readonly #files = new Set<string>();
  #last: { path: string; atMs: number } | undefined;

  /** @param windowMs how much time lies between an isolated save and the changes of other files, in ms. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Whether the last save of a file was isolated. */
  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** Records an event, and returns the other file that changed shortly before. */
  recordEvent(path: string, nowMs: number): string | undefined {
    const last = this.#last;
    this.#last = { path, atMs: nowMs };
    if (!last || last.path === path || nowMs - last.atMs >= this.#windowMs) return undefined;
    this.#files.delete(path);
    this.#files.delete(last.path);
    return last.path;
  }

  /** Records that a file is reported, and whether its save was isolated up to now. */
  recordReport(path: string, isolated: boolean): void {
    if (isolated) this.#files.add(path);
    else this.#files.delete(path);
  }
}
