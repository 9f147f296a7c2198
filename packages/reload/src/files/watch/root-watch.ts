import { watch, type FSWatcher } from 'node:fs';
import { platform } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { isWithin } from '../public-path.ts';
import { EventProbe } from './event-probe.ts';
import { FloodDetector } from './flood-detector.ts';
import { FolderPoller } from './folder-poller.ts';
import { FolderWalk } from './folder-walk.ts';
import type { FolderWatchOptions } from './folder-watch.ts';
import { createIgnoreRules, type IgnoreRules } from './ignore-rules.ts';
import { describeNetworkFilesystem } from './network-filesystems.ts';
import { RootLinks } from './root-links.ts';
import { entriesOf, FILE_TIME_STEP_MS, identityOf, isFolder, isNewborn, kindOf } from './stat-file.ts';
import { classifyWatchError, describeWatchLimit } from './watch-limit.ts';
import { accepts, isPartial, type WatchScope } from './watch-scope.ts';

type RootWatchOptions = Omit<FolderWatchOptions, 'roots' | 'onWarning'> & {
  root: string;
  /** The one file in `root` that is watched, instead of all. */
  only?: string;
  /** Warns once about each topic, whatever root it comes from. */
  warnOnce: (topic: string, text: string) => void;
};

interface WatchedFolder {
  /** `undefined` if it is polled, or watched through its root. */
  watcher: FSWatcher | undefined;
  /** Whether it is ignored, so that only included files in it are reported. */
  partial: boolean;
}

/** How often to check whether a deleted root was created again, in ms. */
const RETURN_MS = 100;
const RECURSIVE = platform() === 'darwin' || platform() === 'win32';

/**
 * Watches one folder with all files in it, by one `fs.watch` for each folder, or by polling. Every folder is watched before it is
 * read, so that nothing is missed in between.
 */
export class RootWatch {
  /** Resolves when every folder is watched. */
  readonly ready: Promise<void>;
  readonly #options: RootWatchOptions;
  readonly #root: string;
  readonly #rules: IgnoreRules;
  readonly #folders = new Map<string, WatchedFolder>();
  readonly #included: Set<string>;
  readonly #scope: WatchScope;
  readonly #poller: FolderPoller;
  readonly #probe: EventProbe;
  #polls: boolean;
  readonly #walk = new FolderWalk((folder, isNew) => this.#visit(folder, isNew));
  readonly #flood = new FloodDetector((sinceMs) => this.#rescan(sinceMs));
  readonly #links: RootLinks;
  readonly #startedMs = Date.now() - FILE_TIME_STEP_MS;
  #rootIdentity: string | undefined;
  #returnTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RootWatchOptions) {
    const { root, only } = options;
    this.#options = options;
    this.#root = root;
    this.#rules = createIgnoreRules(root, options.ignore ?? [], options.filter);
    this.#included = new Set(only === undefined ? [] : [only]);
    this.#scope = { root, only, rules: this.#rules, included: this.#included, folders: this.#folders };
    this.#poller = new FolderPoller({
      pollMs: options.pollMs ?? 500,
      accepts: (path) => this.#rules.isRule(path) || this.accepts(path),
      onFile: (path, kind) => {
        if (this.#rules.isRule(path)) this.#reloadRules();
        else this.#report(path, kind);
      },
      onFolder: (path) => this.#addFolder(path, true),
      onDeleted: (folder) => this.#unwatch(folder),
    });
    this.#links = new RootLinks(root, () => {
      if (!this.#closed && this.#wasRemoved(root)) this.#unwatch(root);
    });
    this.#probe = new EventProbe({ ...options.probe, onSilence: () => this.#pollInstead() });
    this.#polls = options.poll === true || this.#isOnNetwork();
    this.#addFolder(root, false);
    this.ready = this.#walk.finished.then(() => this.#poller.ready());
  }

  /** Whether changes of this file are reported. */
  accepts(path: string): boolean {
    return accepts(this.#scope, path);
  }

  /** Reports this file although `.gitignore` names it, now or later. */
  include(path: string): void {
    const { only } = this.#options;
    if (!isWithin(this.#root, path) || (only !== undefined && path !== only)) return;
    if (this.#rules.matchesGlob(path)) return;
    this.#included.add(path);
    let folder = dirname(path);
    if (this.#folders.has(folder) || !this.#rules.ignoresDeep(folder, true)) return;
    while (!this.#folders.has(dirname(folder)) && folder.length > this.#root.length) folder = dirname(folder);
    this.#addPartialFolder(folder);
  }

  /** The folders that are watched now, without partial ones. */
  *folders(): Generator<string> {
    for (const [folder, { partial }] of this.#folders) if (!partial) yield folder;
  }

  close(): void {
    this.#closed = true;
    this.#walk.stop();
    this.#flood.stop();
    clearTimeout(this.#returnTimer);
    this.#links.close();
    this.#probe.stop();
    for (const { watcher } of this.#folders.values()) watcher?.close();
    this.#folders.clear();
    this.#poller.close();
  }

  #isOnNetwork(): boolean {
    const text = this.#options.poll ? undefined : describeNetworkFilesystem(this.#root);
    if (text !== undefined) this.#options.warnOnce('network', text);
    return text !== undefined;
  }

  /** Polls everything, because the system reports no events. */
  #pollInstead(): void {
    const text = `the system reports no changes in ${this.#root}: its files are polled twice a second instead`;
    this.#options.warnOnce('network', text);
    this.#polls = true;
    for (const [folder, watched] of this.#folders) {
      watched.watcher?.close();
      watched.watcher = undefined;
      this.#poller.add(folder, false);
    }
    this.#rescan(this.#startedMs);
  }

  /** @param isNew whether the files in it were not there before. */
  #addFolder(folder: string, isNew: boolean): void {
    if (this.#closed || this.#folders.has(folder)) return;
    if (isPartial(this.#scope, folder)) return this.#addPartialFolder(folder);
    this.#walk.add(folder, isNew);
    this.#walk.start();
  }

  /** Watches an ignored folder for the included files in it, at any depth: it may be deleted and built again. */
  #addPartialFolder(folder: string): void {
    const inside = [...this.#included].filter((path) => path.startsWith(folder + sep));
    if (inside.length === 0 || this.#folders.has(folder) || !this.#attach(folder, false, true)) return;
    for (const path of inside) {
      const [name = '', ...deeper] = path.slice(folder.length + 1).split(sep);
      if (deeper.length > 0) this.#addPartialFolder(join(folder, name));
      else this.#options.onFileEvent({ path, kind: 'scan', sinceMs: 0 });
    }
  }

  #visit(folder: string, isNew: boolean): void {
    if (this.#folders.has(folder)) return;
    if (this.#attach(folder, isNew, false)) this.#read(folder, isNew);
    else if (folder === this.#root) this.#awaitRootLater();
  }

  /** Begins to watch a folder; returns whether it is watched. */
  #attach(folder: string, isNew: boolean, partial: boolean): boolean {
    let watcher: FSWatcher | undefined;
    let polls = this.#polls;
    // A recursive watch of the root includes all other folders.
    if (!polls && (!RECURSIVE || folder === this.#root)) {
      try {
        watcher = watch(folder, { recursive: RECURSIVE }, (event, name) =>
          this.#onEvent(folder, event, name),
        );
        watcher.on('error', () => this.#unwatch(folder));
      } catch (error) {
        if (!this.#canBePolled(folder, (error as NodeJS.ErrnoException).code)) return false;
        polls = true;
      }
    }
    this.#folders.set(folder, { watcher, partial });
    if (polls) this.#poller.add(folder, isNew);
    if (folder === this.#root) {
      this.#rootIdentity = identityOf(folder);
      this.#links.watch();
      if (watcher && !RECURSIVE) this.#probe.start(folder);
    }
    return true;
  }

  /** Whether a folder that cannot be watched by events is polled instead. */
  #canBePolled(folder: string, code: string | undefined): boolean {
    const { warnOnce } = this.#options;
    const failure = classifyWatchError(code);
    if (failure === 'denied')
      warnOnce(`denied ${folder}`, `${folder} may not be read by this user: its files are not watched`);
    if (failure === 'limit') warnOnce('limit', describeWatchLimit(code));
    return failure === 'limit';
  }

  #read(folder: string, isNew: boolean): void {
    for (const entry of entriesOf(folder) ?? []) {
      if (!isNew && !entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) this.#report(path);
      else if (!this.#folders.has(path) && !this.#rules.ignores(path, true)) this.#walk.add(path, isNew);
    }
  }

  #report(path: string, kind: 'create' | 'write' = 'create'): void {
    if (this.accepts(path)) this.#options.onFileEvent({ path, kind });
  }

  #onEvent(folder: string, event: string, name: string | null): void {
    if (this.#closed) return;
    if (this.#probe.recordEvent(folder === this.#root && name === basename(folder))) return;
    this.#flood.countEvent();
    if (name === null) return this.#rescan(Date.now() - FILE_TIME_STEP_MS);
    const path = join(folder, name);
    if (this.#rules.isRule(path)) return this.#reloadRules();
    if (event === 'change') {
      if (!this.#folders.has(path)) this.#report(path, 'write');
      return;
    }
    // A moved or deleted folder reports itself by its own name; an entry in it may have the same name.
    if (name === basename(folder) && this.#wasRemoved(folder)) return this.#unwatch(folder);
    // It may be another folder of the same name.
    this.#unwatch(path);
    if (kindOf(path) === 'folder') {
      // It may have been a file until now.
      this.#options.onFileEvent({ path, kind: 'delete' });
      this.#addFolder(path, true);
    } else this.#report(path);
  }

  #wasRemoved(folder: string): boolean {
    // The parents of all other folders report them as well.
    if (folder !== this.#root) return kindOf(folder) !== 'folder';
    return identityOf(folder) !== this.#rootIdentity || isNewborn(folder);
  }

  /** Watches a deleted root again once it is created again. */
  #awaitRoot(): void {
    if (this.#closed) return;
    if (isFolder(this.#root)) this.#addFolder(this.#root, true);
    else this.#awaitRootLater();
  }

  #awaitRootLater(): void {
    clearTimeout(this.#returnTimer);
    this.#returnTimer = setTimeout(() => this.#awaitRoot(), RETURN_MS);
  }

  /** Stops watching a folder and all folders in it. */
  #unwatch(folder: string): void {
    if (!this.#folders.has(folder)) return;
    for (const [path, { watcher }] of this.#folders) {
      if (!isWithin(folder, path)) continue;
      watcher?.close();
      this.#folders.delete(path);
      this.#poller.remove(path);
    }
    this.#rules.reload();
    this.#options.onFileEvent({ path: folder, kind: 'delete' });
    if (folder === this.#root) this.#awaitRoot();
  }

  /** Compares everything: events may have been missed since this time. */
  #rescan(sinceMs: number): void {
    for (const folder of [...this.#folders.keys()]) {
      if (folder === this.#root ? !isFolder(folder) : kindOf(folder) !== 'folder') {
        this.#unwatch(folder);
        continue;
      }
      // Another folder of its name may have replaced it. The new watch comes first, so that there is no gap.
      const watched = this.#folders.get(folder);
      if (watched?.watcher && this.#attach(folder, false, watched.partial)) watched.watcher.close();
      if (watched?.partial) continue;
      for (const entry of entriesOf(folder) ?? []) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) this.#addFolder(path, true);
        else if (this.accepts(path)) this.#options.onFileEvent({ path, kind: 'scan', sinceMs });
      }
    }
    this.#options.onFileEvent({ path: this.#root, kind: 'delete' });
  }

  #reloadRules(): void {
    this.#rules.reload();
    for (const path of [...this.#folders.keys()]) {
      if (this.#folders.get(path)?.partial || !isPartial(this.#scope, path)) continue;
      this.#unwatch(path);
      this.#addPartialFolder(path);
    }
    for (const [path, folder] of this.#folders) {
      folder.partial &&= isPartial(this.#scope, path);
      if (!folder.partial) this.#read(path, false);
    }
    this.#walk.start();
  }
}
