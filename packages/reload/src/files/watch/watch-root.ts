import { watch, type FSWatcher } from 'node:fs';
import { platform } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import type { FolderWatchOptions } from './folder-watch.ts';
import { createIgnoreRules } from './ignore-rules.ts';
import { entriesOf, identityOf, isNewborn, kindOf } from './stat-file.ts';
import { outOfWatches } from './watch-limit.ts';
import { pollFolders } from './polling.ts';
import { findSilentDisk, readMounts } from './network-filesystems.ts';

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
  /** The one file in `root` that is watched, instead of all. */
  only?: string;
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
  const { root, only, onSighting, warnOnce } = options;
  const rules = createIgnoreRules(root, options.ignore ?? []);
  const watched = new Map<string, FSWatcher | undefined>();
  const included = new Set(only === undefined ? [] : [only]);
  /** Ignored folders that are watched for the included files in them only, at any depth. */
  const partial = new Set<string>();
  const queue: { folder: string; news: boolean }[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let walking = false;
  const walked: (() => void)[] = [];
  let closed = false;
  let rootIdentity: string | undefined;
  let events = 0;
  let floodSinceMs: number | undefined;
  let calm: NodeJS.Timeout | undefined;

  const poll = pollFolders({
    pollMs: options.pollMs ?? 500,
    accepts: (path) => rules.isRule(path) || accepts(path),
    onFile(path, kind) {
      if (rules.isRule(path)) readRulesAgain();
      else if (accepts(path)) onSighting({ path, kind });
    },
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
    const folder = dirname(path);
    if (only !== undefined || partial.has(folder)) return false;
    // Whatever a watched folder lies in is not ignored.
    if (watched.has(folder)) return !rules.ignores(path, false);
    return isInside(path) && !rules.ignoresDeep(path, false);
  }

  function isInside(path: string): boolean {
    return path === root || path.startsWith(root + sep);
  }

  /** Whether only included files are watched in a folder. */
  function isShut(folder: string): boolean {
    return only !== undefined || (folder !== root && rules.ignoresDeep(folder, true));
  }

  /** Watches a folder before reading it, so that nothing is missed in between. */
  function enter(folder: string, news: boolean): void {
    if (closed || watched.has(folder)) return;
    if (isShut(folder)) return enterPartly(folder);
    queue.push({ folder, news });
    if (!walking) walk();
  }

  /** Watches an ignored folder as far as files in it are included: it may be cleared and built again. */
  function enterPartly(folder: string): void {
    const inside = [...included].filter((path) => path.startsWith(folder + sep));
    if (inside.length === 0 || watched.has(folder) || !attach(folder)) return;
    partial.add(folder);
    for (const path of inside) {
      const [name = '', ...deeper] = path.slice(folder.length + 1).split(sep);
      if (deeper.length > 0) enterPartly(join(folder, name));
      else onSighting({ path, kind: 'scan', sinceMs: 0 });
    }
  }

  function walk(): void {
    walking = true;
    const until = performance.now() + SLICE_MS;
    while (queue.length > 0 && !closed) {
      const { folder, news } = queue.pop()!;
      if (!watched.has(folder)) {
        if (attach(folder, news)) read(folder, news);
        else if (folder === root) awaitRootLater();
      }
      if (performance.now() > until) return void setImmediate(walk);
    }
    walking = false;
    for (const resolve of walked.splice(0)) resolve();
  }

  function attach(folder: string, news = false): boolean {
    if (polls) {
      watched.set(folder, undefined);
      poll.add(folder, news);
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
      warnOnce('exhausted', outOfWatches(code));
      watched.set(folder, undefined);
      poll.add(folder, news);
    }
    if (folder === root) rootIdentity = identityOf(root);
    return true;
  }

  /** @param news whether what is in it has not been there before. */
  function read(folder: string, news: boolean): void {
    for (const entry of entriesOf(folder)) {
      if (!news && !entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!watched.has(path) && !rules.ignores(path, true)) queue.push({ folder: path, news });
      } else if (accepts(path)) onSighting({ path, kind: 'create' });
    }
  }

  function hear(folder: string, event: string, name: string | null): void {
    if (closed) return;
    countFlood();
    if (name === null) return lookAgain(Date.now() - SLACK_MS);
    const path = join(folder, name);
    if (rules.isRule(path)) return readRulesAgain();
    if (event === 'change') {
      if (!watched.has(path) && accepts(path)) onSighting({ path, kind: 'write' });
      return;
    }
    // A folder speaks of itself by its own name when it has moved or gone; what is in it may be called the same.
    if (name === basename(folder) && hasGone(folder)) return leave(folder);
    // It may be another folder of the same name.
    leave(path);
    if (kindOf(path) === 'folder') {
      // Or it was a file until now.
      onSighting({ path, kind: 'gone' });
      enter(path, true);
    } else if (accepts(path)) onSighting({ path, kind: 'create' });
  }

  function hasGone(folder: string): boolean {
    // All others are spoken of by the folders they lie in, too.
    if (folder !== root) return kindOf(folder) !== 'folder';
    return identityOf(root) !== rootIdentity || isNewborn(root);
  }

  /** A root that has gone may come back at any time. */
  function awaitRoot(): void {
    if (closed) return;
    if (kindOf(root) === 'folder') enter(root, true);
    else awaitRootLater();
  }

  function awaitRootLater(): void {
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
      rules.forget();
    }
    onSighting({ path: folder, kind: 'gone' });
    if (folder === root) awaitRoot();
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
      if (kindOf(folder) !== 'folder') {
        leave(folder);
        continue;
      }
      // Another folder of its name may have taken its place unheard. The new watch comes first, so that there is no gap.
      const old = watched.get(folder);
      if (old && attach(folder)) old.close();
      if (partial.has(folder)) continue;
      for (const entry of entriesOf(folder)) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) enter(path, true);
        else if (accepts(path)) onSighting({ path, kind: 'scan', sinceMs });
      }
    }
    onSighting({ path: root, kind: 'gone' });
  }

  function readRulesAgain(): void {
    rules.forget();
    for (const path of [...watched.keys()]) {
      if (partial.has(path) || !isShut(path)) continue;
      leave(path);
      enterPartly(path);
    }
    for (const path of [...partial]) if (!isShut(path)) partial.delete(path);
    for (const path of [...watched.keys()]) if (!partial.has(path)) read(path, false);
    if (!walking) walk();
  }

  enter(root, false);
  return {
    ready: new Promise<void>((resolve) => (walking ? walked.push(resolve) : resolve())).then(poll.looked),
    accepts,
    include(path) {
      if (!isInside(path) || (only !== undefined && path !== only)) return;
      // Rules may come to ignore what they do not ignore now.
      included.add(path);
      let folder = dirname(path);
      if (watched.has(folder) || !rules.ignoresDeep(folder, true)) return;
      while (!watched.has(dirname(folder)) && folder.length > root.length) folder = dirname(folder);
      enterPartly(folder);
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
