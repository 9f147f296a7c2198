/**
 * Files that changed after the start and before their first read. The index may already hold their new state when the event of
 * that change arrives: if it arrives, the file has changed although it equals the index.
 */
export class PendingEvents {
  /** Whether the event of each file has arrived. */
  readonly #files = new Map<string, boolean>();

  add(path: string): void {
    this.#files.set(path, false);
  }

  recordEvent(path: string): void {
    if (this.#files.has(path)) this.#files.set(path, true);
  }

  /** Forgets a file, and returns whether its event has arrived. */
  take(path: string): boolean {
    const hasArrived = this.#files.get(path) ?? false;
    this.#files.delete(path);
    return hasArrived;
  }

  /** Forgets all files but those that still change, once every event must have arrived. */
  expire(isChanging: (path: string) => boolean): void {
    for (const path of this.#files.keys()) if (!isChanging(path)) this.#files.delete(path);
  }
}
