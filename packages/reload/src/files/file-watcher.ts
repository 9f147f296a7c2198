import { readdirSync, statSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { debounceChanges } from '../core/debounce-changes.ts';
import { classifyFile } from '../core/classify-change.ts';
import type { Clock, FileChange, FileLook } from '../core/ports.ts';
import type { FolderWatch, FolderWatchOptions, Sighting } from './watch/folder-watch.ts';
import { isPublic, isWithin, realPathOf } from './public-path.ts';
import { createRests } from './time-slice.ts';
import { watchFolders } from './watch/watch-folders.ts';
import { createFileTable, type KnownFile } from './file-index.ts';
import { readFileHash } from './hash-file.ts';
import { readTable, writeTable, type KeptFile } from './index-cache.ts';

/** What is known of all watched files: it tells when they change, and waits for those that are in motion. */
export interface Content {
  /** Resolves when everything is watched. */
  ready: Promise<void>;
  /** Resolves once the file has stood still for its window; at once when nothing happens to it. [R5] */
  whenStable(path: string): Promise<FileLook | undefined>;
  /** A page was given this file: it is watched and read whatever `.gitignore` says. */
  served(path: string): void;
  /** Whether changes of this file are noticed by themselves. */
  watches(path: string): boolean;
  /** A digest of all watched files, the same for the same bytes; `undefined` until everything was read. [R6] */
  digest(): string | undefined;
  close(): Promise<void>;
}

export interface ContentOptions {
  roots: readonly string[];
  clock: Clock;
  debounceMs: number;
  ignore?: readonly string[];
  poll?: boolean;
  /** Whether changes may carry what stands in files. @default always */
  tellsTexts?: () => boolean;
  /** Where what is known is kept between two starts. */
  cacheFile?: string;
  /** Called once for every update. */
  onChanges: (changes: FileChange[]) => void;
  /** Called when the digest becomes known. */
  onDigest: (digest: string) => void;
  onWarning: (text: string) => void;
  watch?: (options: FolderWatchOptions) => FolderWatch;
}

/** How long what is known may go unsaved, in ms. */
const SAVE_MS = 1_000;
/** File systems keep times in steps of up to two seconds. */
const TIME_STEP_MS = 2_000;

export function createFileWatcher(options: ContentOptions): Content {
  const { roots, clock, debounceMs, cacheFile, onChanges, onDigest, onWarning } = options;
  const tellsTexts = options.tellsTexts ?? (() => true);
  const table = createFileTable(nameOf);
  const kept = cacheFile === undefined ? new Map<string, KeptFile>() : readTable(cacheFile);
  /** Files that stay known whatever rules come to ignore, because they were served. */
  const servedFiles = new Set<string>();
  /** Files that changed after the start and before they were read: whether the event of that change has come. */
  const eventPending = new Map<string, boolean>();
  const startedMs = Date.now() - TIME_STEP_MS;
  let walked = false;
  let closed = false;
  let known: string | undefined;
  let saving: NodeJS.Timeout | undefined;
  let idle: Promise<void> = Promise.resolve();

  function nameOf(path: string): string {
    const index = roots.findIndex((root) => isWithin(root, path));
    return `${index}:${path.slice((roots[index]?.length ?? 0) + 1)}`;
  }

  const batch = debounceChanges({
    clock,
    quietMs: debounceMs,
    // At once: a page is waiting for this answer.
    look: async (path) => lookNow(path),
    before: (path) => table.get(path),
    onStill: compare,
  });

  const watch = (options.watch ?? watchFolders)({
    roots,
    ...(options.ignore && { ignore: options.ignore }),
    ...(options.poll !== undefined && { poll: options.poll }),
    onSighting: (sighting) => void hear(sighting),
    onWarning,
  });

  async function hear({ path, kind, sinceMs = 0 }: Sighting): Promise<void> {
    if (kind === 'create' || kind === 'write') {
      if (eventPending.has(path)) eventPending.set(path, true);
      return batch.sight(path, kind === 'write');
    }
    if (kind === 'gone') {
      for (const file of [path, ...table.below(path)]) {
        // The watcher reads the folder again, and reports each file as if it had an event.
        eventPending.delete(file);
        if (table.get(file)) batch.sight(file, false);
      }
      return;
    }
    const before = table.get(path);
    const stats = await lstat(path).catch(() => undefined);
    const differs = before
      ? stats?.size !== before.size || stats.mtimeMs !== before.mtimeMs
      : stats !== undefined && (!walked || stats.ctimeMs >= sinceMs);
    if (differs) batch.sight(path, true);
  }

  /** Compares files that stand still with what is known of them, and tells what has changed. */
  async function compare(paths: string[]): Promise<void> {
    const changes: FileChange[] = [];
    let forgot = false;
    for (const path of paths) {
      if (watch.accepts(path)) {
        const change = await learn(path);
        if (change) changes.push(change);
      } else {
        // Somebody asked for it and nobody watches it, or rules ignore it now.
        forgot = table.delete(path) || forgot;
      }
    }
    if (closed || (changes.length === 0 && !forgot)) return;
    settle();
    if (changes.length > 0) onChanges(changes);
  }

  /** Reads a file, and returns what has become of it since it was read last. */
  async function learn(path: string): Promise<FileChange | undefined> {
    const before = table.get(path);
    let text: string | undefined;
    // A link is told with the text of the file that it leads to only if that one may be shown itself. [R8]
    const place = realPathOf(path) ?? path;
    const shown = tellsTexts() && roots.some((root) => isWithin(root, path) && isPublic(root, place));
    const now = await readKnown(place, shown ? (bytes) => (text = textOf(path, bytes)) : undefined);
    if (!now) return table.delete(path) ? { path, kind: 'removed' } : undefined;
    table.set(path, now);
    if (!before && walked) return { path, kind: 'added' };
    const readTooLate = eventPending.get(path) && before && isSameLook(before, now);
    eventPending.delete(path);
    const same = before && (before.hash === 0 ? isSameLook(before, now) : before.hash === now.hash);
    return same && !readTooLate ? undefined : { path, kind: 'changed', ...(text !== undefined && { text }) };
  }

  /** Learns all that there is, in small steps that keep nobody waiting. */
  async function learnAll(): Promise<void> {
    const rest = createRests();
    for (const folder of watch.folders()) {
      if (closed) return;
      for (const path of filesIn(folder)) {
        if (batch.isMoving(path) || !watch.accepts(path)) continue;
        const stats = lookNow(path);
        if (!stats) continue;
        const entry = table.get(path);
        if (entry) {
          // It was served, and may have changed before its folder was watched.
          if (!isSameLook(entry, stats)) batch.sight(path, true);
          continue;
        }
        const before = kept.get(nameOf(path));
        const hash = before && isSameLook(before, stats) ? before.hash : 0;
        if (hash === 0 && stats.ctimeMs >= startedMs) eventPending.set(path, false);
        table.set(path, { ...stats, hash });
        if (rest.isDue()) await rest.take();
      }
    }
    // A root may be a single file.
    for (const root of roots) if (lookNow(root)) served(root);
    // What was served although rules ignore it goes on counting after a restart.
    for (const [name, { served: wasServed }] of kept) if (wasServed) remember(name);
    kept.clear();
    walked = true;
    setTimeout(() => setImmediate(forgetPending), TIME_STEP_MS).unref();
    for (const [path, { hash }] of table.entries()) {
      if (closed) return;
      if (hash === 0 && !batch.isMoving(path)) await readAnew(path);
      if (rest.isDue()) await rest.take();
    }
    table.trim();
    settle();
  }

  /** By now each of these events has come. */
  function forgetPending(): void {
    for (const path of eventPending.keys()) if (!batch.isMoving(path)) eventPending.delete(path);
  }

  function remember(name: string): void {
    const [index, rest] = [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)];
    const root = roots[Number(index)];
    if (root === undefined || rest.startsWith('..')) return;
    const path = join(root, rest);
    if (table.get(path) || watch.accepts(path) || !lookNow(path)) return;
    served(path);
  }

  async function readAnew(path: string): Promise<void> {
    const before = table.get(path);
    const now = await readKnown(path);
    // Something has happened meanwhile: the batch compares it with what was known before.
    if (!before || table.get(path)?.hash !== before.hash || batch.isMoving(path)) return;
    if (now && isSameLook(before, now)) table.set(path, now);
    else batch.sight(path, true);
  }

  /** Tells and keeps the digest where everything is known. */
  function settle(): void {
    if (!walked || table.unread > 0) {
      known = undefined;
      return;
    }
    const first = known === undefined;
    known = table.digest();
    if (first && !closed) onDigest(known);
    if (cacheFile !== undefined) saving ??= setTimeout(() => void save(), SAVE_MS).unref();
  }

  function save(): void {
    clearTimeout(saving);
    saving = undefined;
    if (cacheFile === undefined || known === undefined) return;
    writeTable(cacheFile, namedFiles());
  }

  function* namedFiles(): Generator<[string, KeptFile]> {
    for (const [path, file] of table.entries()) {
      yield [nameOf(path), { ...file, ...(servedFiles.has(path) && { served: true }) }];
    }
  }

  function served(path: string): void {
    if (closed || servedFiles.has(path)) return;
    servedFiles.add(path);
    watch.include(path);
    if (!watch.accepts(path)) return;
    const stats = lookNow(path);
    const before = table.get(path);
    if (!stats || (before && before.hash !== 0) || batch.isMoving(path)) return;
    if (!before) table.set(path, { ...stats, hash: 0 });
    void readAnew(path).then(() => {
      if (walked) settle();
    });
  }

  const ready = watch.ready.then(() => {
    idle = learnAll();
  });
  return {
    ready,
    async whenStable(path) {
      const stats = lookNow(path);
      if (!batch.isMoving(path)) {
        if (!stats || !isYoung(stats, debounceMs)) return stats;
        batch.sight(path, true);
      }
      await batch.whenStable(path);
      return lookNow(path);
    },
    served,
    watches: (path) => watch.accepts(path),
    digest: () => known,
    async close() {
      if (closed) return;
      closed = true;
      batch.close();
      save();
      await watch.close();
      await idle;
    },
  };
}

/** Whether a file was written so lately that its writer may not be done, and no event may have come yet. */
function isYoung({ mtimeMs }: FileLook, debounceMs: number): boolean {
  const ageMs = Date.now() - mtimeMs;
  return ageMs >= 0 && ageMs < debounceMs;
}

function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** How a file looks, at once: asking the system for so little costs less than waiting for its answer. */
function lookNow(path: string): (FileLook & { ctimeMs: number }) | undefined {
  try {
    const stats = statSync(path);
    const { size, mtimeMs, ctimeMs } = stats;
    return stats.isFile() ? { size, mtimeMs, ctimeMs } : undefined;
  } catch {
    return undefined;
  }
}

function isSameLook(a: FileLook, b: FileLook): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs;
}

/** What pages can take from an update, so that they need not ask for it. */
function textOf(path: string, bytes: Buffer): string | undefined {
  const kind = classifyFile(path);
  if (kind !== 'css' && kind !== 'html') return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads a file; `undefined` where there is none. */
async function readKnown(path: string, onBytes?: (bytes: Buffer) => void): Promise<KnownFile | undefined> {
  const before = lookNow(path);
  if (!before) return undefined;
  try {
    return { ...before, hash: await readFileHash(path, before.size, onBytes) };
  } catch {
    // It may not be read, or has gone: how it looks is all there is to know.
    return { ...before, hash: before.size + Math.floor(before.mtimeMs) + 1 };
  }
}
