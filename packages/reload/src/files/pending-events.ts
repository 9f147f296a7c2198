/**
 * Files that changed after the start and before their first read, so that the index may already hold the new state when the
 * event of that change arrives. The event decides: if it comes, the file has changed although it equals the index.
 */
export class PendingEvents {
  /** Whether the event of each file has come. */
  readonly #files = new Map<string, boolean>();

  await(path: string): void {
    this.#files.set(path, false);
  }

  recordEvent(path: string): void {
    if (this.#files.has(path)) this.#files.set(path, true);
  }

  /** Forgets a file, and returns whether its event has come. */
  take(path: string): boolean {
    const hasCome = this.#files.get(path) ?? false;
    this.#files.delete(path);
    return hasCome;
  }

  /** Forgets all files but those that still change, once every event must have come. */
  expire(isChanging: (path: string) => boolean): void {
    for (const path of this.#files.keys()) if (!isChanging(path)) this.#files.delete(path);
  }
}
