import type { FileChange } from './ports.ts';

/** Changes that wait for a command. The changes of one file are merged. */
export class HeldChanges {
  readonly #changes = new Map<string, FileChange>();

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  add(changes: readonly FileChange[]): void {
    for (const change of changes) {
      const merged = merge(this.#changes.get(change.path), change);
      if (merged) this.#changes.set(change.path, merged);
      else this.#changes.delete(change.path);
    }
  }

  /** Returns all changes, and forgets them. */
  take(): FileChange[] {
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    return changes;
  }

  /** Returns the change of one file, if there is one, and forgets it. */
  takeOf(path: string): FileChange[] {
    const change = this.#changes.get(path);
    this.#changes.delete(path);
    return change ? [change] : [];
  }
}

function merge(before: FileChange | undefined, change: FileChange): FileChange | undefined {
  if (before?.kind === 'added') return change.kind === 'removed' ? undefined : { ...change, kind: 'added' };
  // A build that empties its folder first.
  if (before?.kind === 'removed' && change.kind === 'added') return { ...change, kind: 'changed' };
  return change;
}
