import { readdirSync, statSync, type Dirent, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { createRests } from '../time-slice.ts';

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

/** How a file looked when it was looked at last. */
interface Mark {
  size: number;
  mtimeMs: number;
  ino: number;
  /** The look at its folder in which it was there last. */
  look: number;
}

interface Folder {
  /** Kept and changed in place: there may be ten thousand, twice a second. */
  files: Map<string, Mark>;
  /** Whether whatever is not in `files` is new. */
  looked: boolean;
  looks: number;
}

export function pollFolders({ pollMs, accepts, onFile, onFolder, onGone }: FolderPollOptions): FolderPoll {
  const folders = new Map<string, Folder>();
  const firstLooks = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  const rest = createRests();
  let closed = false;

  async function look(path: string): Promise<void> {
    const folder = folders.get(path);
    if (closed || !folder) return;
    // Asking the system for so little costs far less than waiting for its answer, file by file.
    const entries = entriesOrNone(path);
    if (!entries) {
      folders.delete(path);
      return onGone(path);
    }
    folder.looks++;
    for (const entry of entries) {
      if (entry.isDirectory()) onFolder(join(path, entry.name));
      else lookAtFile(path, folder, entry.name);
      if (rest.isDue()) await rest.take();
      if (closed || folders.get(path) !== folder) return;
    }
    for (const [name, mark] of folder.files) {
      if (mark.look === folder.looks) continue;
      folder.files.delete(name);
      onFile(join(path, name), 'create');
    }
    folder.looked = true;
  }

  function lookAtFile(inside: string, { files, looked, looks }: Folder, name: string): void {
    const path = inside + sep + name;
    const known = files.get(name);
    if (!known && !accepts(path)) return;
    const stats = statsOrNone(path);
    if (!stats?.isFile()) return;
    const { size, mtimeMs, ino } = stats;
    if (!known) {
      files.set(name, { size, mtimeMs, ino, look: looks });
      if (looked) onFile(path, 'create');
      return;
    }
    known.look = looks;
    if (known.size === size && known.mtimeMs === mtimeMs && known.ino === ino) return;
    Object.assign(known, { size, mtimeMs, ino });
    onFile(path, 'write');
  }

  async function lookAtAll(): Promise<void> {
    for (const folder of [...folders.keys()]) if (!closed) await look(folder);
    // The next look begins after this one has ended, however long it took.
    if (!closed) timer = setTimeout(() => void lookAtAll(), pollMs);
  }

  return {
    add(folder, news) {
      if (folders.has(folder)) return;
      folders.set(folder, { files: new Map(), looked: news, looks: 0 });
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

function statsOrNone(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
