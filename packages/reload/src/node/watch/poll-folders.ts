import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { createRests } from '../rests.ts';

/** Looks at the files of some folders again and again. */
export interface FolderPoll {
  /** @param news whether what is in it has not been there before. */
  add(folder: string, news: boolean): void;
  /** Resolves when every folder has been looked at once: from then on changes are seen. */
  looked(): Promise<void>;
  remove(folder: string): void;
  folders(): Iterable<string>;
  close(): void;
}

export interface FolderPollOptions {
  pollMs: number;
  accepts: (path: string) => boolean;
  onFile: (path: string, kind: 'create' | 'write') => void;
  /** A folder was found in a folder that is looked at. */
  onFolder: (path: string) => void;
  onGone: (folder: string) => void;
}

export function pollFolders({ pollMs, accepts, onFile, onFolder, onGone }: FolderPollOptions): FolderPoll {
  /** What each folder held when it was looked at last; `undefined` before the first look. */
  const folders = new Map<string, Map<string, string> | undefined>();
  const firstLooks = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  const rest = createRests();
  let closed = false;

  async function look(folder: string): Promise<void> {
    if (closed || !folders.has(folder)) return;
    const before = folders.get(folder);
    // Asking the system for so little costs far less than waiting for its answer, file by file.
    const entries = entriesOrNone(folder);
    if (!entries) {
      folders.delete(folder);
      return onGone(folder);
    }
    const now = new Map<string, string>();
    for (const entry of entries) {
      const { name } = entry;
      const path = join(folder, name);
      if (entry.isDirectory()) onFolder(path);
      else if (before?.has(name) || accepts(path)) {
        const mark = markOf(path);
        if (mark !== undefined) now.set(name, mark);
      }
      if (!rest.isDue()) continue;
      await rest.take();
      if (closed) return;
    }
    if (closed || !folders.has(folder)) return;
    folders.set(folder, now);
    if (!before) return;
    for (const [name, mark] of now) {
      const known = before.get(name);
      if (known !== mark) onFile(join(folder, name), known === undefined ? 'create' : 'write');
    }
    for (const name of before.keys()) if (!now.has(name)) onFile(join(folder, name), 'create');
  }

  async function lookAtAll(): Promise<void> {
    for (const folder of [...folders.keys()]) if (!closed) await look(folder);
    // The next look begins after this one has ended, however long it took.
    if (!closed) timer = setTimeout(() => void lookAtAll(), pollMs);
  }

  return {
    add(folder, news) {
      if (folders.has(folder)) return;
      folders.set(folder, news ? new Map() : undefined);
      const first = Promise.resolve(folder)
        .then(look)
        .finally(() => firstLooks.delete(first));
      firstLooks.add(first);
      timer ??= setTimeout(() => void lookAtAll(), pollMs);
    },
    looked: async () => void (await Promise.all(firstLooks)),
    remove: (folder) => void folders.delete(folder),
    folders: () => folders.keys(),
    close() {
      closed = true;
      clearTimeout(timer);
      folders.clear();
    },
  };
}

function entriesOrNone(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** What a file looks like, in short; `undefined` where there is none. */
function markOf(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() ? `${stats.size} ${stats.mtimeMs} ${stats.ino}` : undefined;
  } catch {
    return undefined;
  }
}
