import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

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

/** How many files are looked at side by side. */
const BATCH = 64;

export function pollFolders({ pollMs, accepts, onFile, onFolder, onGone }: FolderPollOptions): FolderPoll {
  /** What each folder held when it was looked at last; `undefined` before the first look. */
  const folders = new Map<string, Map<string, string> | undefined>();
  const firstLooks = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function look(folder: string): Promise<void> {
    const before = folders.get(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
    if (closed || !folders.has(folder)) return;
    if (!entries) {
      folders.delete(folder);
      return onGone(folder);
    }
    const now = new Map<string, string>();
    const names: string[] = [];
    for (const entry of entries) {
      if (entry.isDirectory()) onFolder(join(folder, entry.name));
      else if (accepts(join(folder, entry.name))) names.push(entry.name);
    }
    for (let start = 0; start < names.length; start += BATCH) {
      await Promise.all(
        names.slice(start, start + BATCH).map(async (name) => {
          const stats = await stat(join(folder, name)).catch(() => undefined);
          if (stats?.isFile()) now.set(name, `${stats.size} ${stats.mtimeMs} ${stats.ino}`);
        }),
      );
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
      const first = look(folder).finally(() => firstLooks.delete(first));
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
