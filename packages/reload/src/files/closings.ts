import { closingText } from '../core/closing-text.ts';
import type { FileStat } from '../core/ports.ts';
import { readShortFile, type ReadFile } from './read-file.ts';
import { isSameStat, statFile } from './watch/stat-file.ts';

/** How the last versions of changed files ended: a file that ends in the same way is complete. [R5] */
export class Closings {
  readonly #closings = new Map<string, string>();
  /** The file that was read last to find that out. */
  #read: (ReadFile & { path: string }) | undefined;

  /** Records a version of a file that was reported. */
  record(path: string, text: string | undefined): void {
    const closing = text === undefined ? undefined : closingText(path, text);
    if (closing === undefined) this.#closings.delete(path);
    else this.#closings.set(path, closing);
  }

  /** Whether a file is evidently complete in this state. */
  isComplete(path: string, stat: FileStat): boolean {
    const closing = this.#closings.get(path);
    const read = closing === undefined ? undefined : readShortFile(path);
    if (read?.text === undefined || !isSameStat(read.indexed, stat)) return false;
    this.#read = { ...read, path };
    return closingText(path, read.text) === closing;
  }

  /** Returns what `isComplete` has read, if the file has not changed since then. */
  take(path: string): ReadFile | undefined {
    const read = this.#read;
    this.#read = undefined;
    const stat = read?.path === path ? statFile(path) : undefined;
    return stat && isSameStat(stat, read!.indexed) ? read : undefined;
  }
}
