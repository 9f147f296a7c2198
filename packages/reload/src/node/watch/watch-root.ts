import { lstatSync, readdirSync, statSync, watch, type Dirent, type FSWatcher } from 'node:fs';
import { platform } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import type { FolderWatchOptions } from './folder-watch.ts';
import { createIgnoreRules } from './ignore-rules.ts';
import { pollFolders } from './poll-folders.ts';
import { findSilentDisk, readMounts } from './silent-disks.ts';

/** Watches one folder and everything in it. */
export interface RootWatch {
  ready: Promise<void>;
  include(path: string): void;
  accepts(path: string): boolean;
  folders(): Iterable<string>;
  close(): void;
}

type RootWatchOptions = Omit<FolderWatchOptions, 'roots'> & {
  root: string;
  /** Says something once, whatever root it comes from. */
  warnOnce: (topic: string, text: string) => void;
};

/** How long the walk may keep everything else waiting, in ms. */
const SLICE_MS = 8;
/** The system's queue holds 16,384 events; more than this in a row may have been more than it could hold. */
const FLOOD = 8_000;
/** A flood is over when nothing has come for this long, in ms. */
const CALM_MS = 100;
/** How often it is looked whether a root that has gone is back, in ms. */
const RETURN_MS = 100;
/** File systems keep times in steps; what was missed may carry a time a little earlier, in ms. */
const SLACK_MS = 2_000;
const RECURSIVE = platform() === 'darwin' || platform() === 'win32';

export function watchRoot(options: RootWatchOptions): RootWatch {
  const { root, onSighting, warnOnce } = options;
  const rules = createIgnoreRules(root, options.ignore ?? []);
  const watched = new Map<string, FSWatcher | undefined>();
  const included = new Set<string>();
  /** Folders that are watched for the included files in them only. */
  const partial = new Set<string>();
  const queue: { folder: string; news: boolean }[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let walking = false;
  const walked: (() => void)[] = [];
  let closed = false;
  let rootInode = 0;
  let events = 0;
  let floodSinceMs: number | undefined;
  let calm: NodeJS.Timeout | undefined;

  const poll = pollFolders({
    pollMs: options.pollMs ?? 500,
    accepts: (path) => rules.isRule(path) || accepts(path),
    onFile: (path, kind) => (rules.isRule(path) ? readRulesAgain(dirname(path)) : onSighting({ path, kind })),
    onFolder: (path) => enter(path, true),
    onGone: (folder) => leave(folder),
  });
  const silent = options.poll ? undefined : findSilentDisk(root, readMounts());
  if (silent !== undefined) {
    const text = `${root} lies on a disk (${silent}) that does not tell of changes: its files are looked at twice a second instead`;
    warnOnce('silent', text);
  }
  const polls = options.poll === true || silent !== undefined;

  function accepts(path: string): boolean {
    if (included.has(path)) return true;
    if (partial.has(dirname(path))) return false;
    return isInside(path) && !rules.ignoresDeep(path, false);
  }

  function isInside(path: string): boolean {
    return path === root || path.startsWith(root + sep);
  }

  /** Watches a folder before reading it, so that nothing is missed in between. */
  function enter(folder: string, news: boolean): void {
    if (closed || watched.has(folder)) return;
    if (folder !== root && rules.ignoresDeep(folder, true)) return;
    queue.push({ folder, news });
    if (!walking) walk();
  }

  function walk(): void {
    walking = true;
    const until = performance.now() + SLICE_MS;
    while (queue.length > 0 && !closed) {
      const { folder, news } = queue.pop()!;
      if (!watched.has(folder) && attach(folder)) read(folder, news);
      if (performance.now() > until) return void setImmediate(walk);
    }
    walking = false;
    for (const resolve of walked.splice(0)) resolve();
  }

  function attach(folder: string): boolean {
    if (polls) {
      watched.set(folder, undefined);
      poll.add(folder);
      return true;
    }
    // Where the system watches a whole tree, the root's watch is the only one.
    if (RECURSIVE && folder !== root) {
      watched.set(folder, undefined);
      return true;
    }
    try {
      const watcher = watch(folder, { recursive: RECURSIVE }, (event, name) => hear(folder, event, name));
      watcher.on('error', () => leave(folder));
      watched.set(folder, watcher);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      if (code === 'EACCES' || code === 'EPERM') {
        warnOnce(`denied ${folder}`, `${folder} may not be read by this user: what is in it is not watched`);
        return false;
      }
      warnOnce('exhausted', exhausted(code));
      watched.set(folder, undefined);
      poll.add(folder);
    }
    if (folder === root) rootInode = inodeOf(root);
    return true;
  }

  /** @param news whether what is in it has not been there before. */
  function read(folder: string, news: boolean): void {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      // It has gone again, or may be watched but not read.
      return;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!watched.has(path) && !rules.ignores(path, true)) queue.push({ folder: path, news });
      } else if (news && !rules.ignores(path, false)) onSighting({ path, kind: 'create' });
    }
  }

  function hear(folder: string, event: string, name: string | null): void {
    if (closed) return;
    countFlood();
    if (name === null) return lookAgain(Date.now() - SLACK_MS);
    const path = join(folder, name);
    if (rules.isRule(path)) return readRulesAgain(folder);
    if (event === 'change') {
      if (!watched.has(path) && accepts(path)) onSighting({ path, kind: 'write' });
      return;
    }
    // A folder speaks of itself by its own name: it has moved or gone.
    if (name === basename(folder) && !exists(path)) return checkFolder(folder);
    if (partial.has(folder)) {
      if (included.has(path)) onSighting({ path, kind: 'create' });
      return;
    }
    const kind = kindOf(path);
    if (kind === 'folder') {
      // It may be another folder of the same name.
      if (watched.has(path)) leave(path);
      return enter(path, true);
    }
    if (watched.has(path)) leave(path);
    if (accepts(path)) onSighting({ path, kind: 'create' });
  }

  function checkFolder(folder: string): void {
    if (folder !== root) {
      if (kindOf(folder) !== 'folder') leave(folder);
      return;
    }
    if (rootInode !== 0 && inodeOf(root) === rootInode) return;
    leave(root);
    awaitRoot();
  }

  /** A root that has gone may come back at any time. */
  function awaitRoot(): void {
    if (closed) return;
    if (kindOf(root) === 'folder') return enter(root, true);
    const timer = setTimeout(() => {
      timers.delete(timer);
      awaitRoot();
    }, RETURN_MS);
    timers.add(timer);
  }

  /** Stops watching a folder and all that is in it. */
  function leave(folder: string): void {
    if (!watched.has(folder)) return;
    for (const [path, watcher] of watched) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher?.close();
      watched.delete(path);
      partial.delete(path);
      poll.remove(path);
    }
    onSighting({ path: folder, kind: 'gone' });
    if (folder === root && polls) awaitRoot();
  }

  function countFlood(): void {
    events++;
    if (events === FLOOD) floodSinceMs = Date.now() - SLACK_MS;
    if (calm) return void calm.refresh();
    calm = setTimeout(() => {
      calm = undefined;
      events = 0;
      if (floodSinceMs === undefined) return;
      const since = floodSinceMs;
      floodSinceMs = undefined;
      lookAgain(since);
    }, CALM_MS);
    calm.unref();
  }

  /** Looks at everything: something may have been missed. */
  function lookAgain(sinceMs: number): void {
    for (const folder of [...watched.keys()]) {
      if (partial.has(folder)) continue;
      if (kindOf(folder) !== 'folder') {
        leave(folder);
        continue;
      }
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) enter(path, true);
        else if (!rules.ignores(path, false)) onSighting({ path, kind: 'scan', sinceMs });
      }
    }
    // Whoever knows files that were not found above looks for itself.
    onSighting({ path: root, kind: 'scan', sinceMs });
  }

  function readRulesAgain(folder: string): void {
    rules.forget(folder);
    for (const path of [...watched.keys()]) {
      if (path !== root && !partial.has(path) && rules.ignoresDeep(path, true)) leave(path);
    }
    for (const path of [...partial]) if (!rules.ignoresDeep(path, true)) partial.delete(path);
    for (const path of [...watched.keys()]) if (!partial.has(path)) read(path, false);
    if (!walking) walk();
  }

  enter(root, false);
  return {
    ready: new Promise((resolve) => (walking ? walked.push(resolve) : resolve())),
    accepts,
    include(path) {
      if (!isInside(path) || accepts(path)) return;
      included.add(path);
      const folder = dirname(path);
      if (watched.has(folder)) return;
      if (attach(folder)) partial.add(folder);
    },
    *folders() {
      for (const folder of watched.keys()) if (!partial.has(folder)) yield folder;
    },
    close() {
      closed = true;
      clearTimeout(calm);
      for (const timer of timers) clearTimeout(timer);
      for (const watcher of watched.values()) watcher?.close();
      watched.clear();
      poll.close();
    },
  };
}

function exhausted(code: string | undefined): string {
  const remedy =
    code === 'EMFILE'
      ? 'raise the limit with "sudo sysctl fs.inotify.max_user_instances=1024", or "ulimit -n 65536"'
      : 'raise the limit with "sudo sysctl fs.inotify.max_user_watches=524288"';
  return `the system has no watches left (${code}): the remaining folders are looked at twice a second instead; ${remedy}`;
}

function kindOf(path: string): 'folder' | 'file' | undefined {
  try {
    return lstatSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  return kindOf(path) !== undefined;
}

function inodeOf(path: string): number {
  try {
    return statSync(path).ino;
  } catch {
    return 0;
  }
}
