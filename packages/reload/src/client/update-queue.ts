import type { ContentVersion, ReloadUpdate } from '@live-online/protocol';
import { compareVersions } from './compare-versions.ts';
import { mergeUpdates } from './merge-updates.ts';
import type { PageReloader } from './page-reloader.ts';
import type { SleepDetector } from './sleep-detector.ts';

export interface UpdateQueueOptions {
  /** The version of the document; `undefined` if it is not known. */
  version: ContentVersion | undefined;
  /** The version at which this page was loaded again last. */
  reloadedVersion: string | undefined;
  reloader: PageReloader;
  sleep: SleepDetector;
  /** Called if the page is still an old version after it was loaded again. */
  onStale?: () => void;
  /** @returns whether the page is updated; otherwise it has to be loaded again. */
  apply: (update: ReloadUpdate) => Promise<boolean>;
}

/** Applies updates to the page: in order, one at a time, and once the page is visible. [R4, R6] */
export class UpdateQueue {
  readonly #options: UpdateQueueOptions;
  /** The version of the page once all queued updates are applied. */
  #version: ContentVersion | undefined;
  #queue: ReloadUpdate[] = [];
  #hasSlept = false;
  #isApplying = false;
  #needsReload = false;

  constructor(options: UpdateQueueOptions) {
    this.#options = options;
    this.#version = options.version;
    document.addEventListener('visibilitychange', () => void this.#applyAll());
  }

  add(update: ReloadUpdate): void {
    if (this.#options.sleep.takeSlept()) this.#hasSlept = true;
    this.#queue.push(update);
    this.#version = update.version;
    void this.#applyAll();
  }

  /** Compares the page with the server's current version, after a connection was made or the server has read all files. */
  compare(current: ContentVersion): void {
    const result = this.#version
      ? compareVersions(this.#version, current, this.#options.reloadedVersion)
      : 'same';
    if (result === 'reload') this.#reload();
    if (result !== 'same') return;
    const isStale = this.#version && compareVersions(this.#version, current, undefined) === 'reload';
    this.#version = current;
    if (isStale) this.#options.onStale?.();
  }

  /** Loads the page again for a script that may understand the server, unless that was tried already. */
  reloadForNewScript(): void {
    const { reloadedVersion } = this.#options;
    if (reloadedVersion === undefined || reloadedVersion !== this.#initialVersion) this.#reload();
  }

  get #initialVersion(): string {
    return this.#options.version?.id ?? '';
  }

  #reload(): void {
    this.#needsReload = true;
    if (!document.hidden) this.#options.reloader.reload(this.#initialVersion);
  }

  async #applyAll(): Promise<void> {
    const { reloader, apply } = this.#options;
    if (this.#isApplying || document.hidden || reloader.isReloading) return;
    if (this.#needsReload) return this.#reload();
    this.#isApplying = true;
    try {
      while (this.#queue.length > 0 && !this.#needsReload) {
        const update = mergeUpdates(this.#queue);
        this.#queue = [];
        const reloads = update.action === 'reload' || (update.action === 'apply' && this.#hasSlept);
        this.#hasSlept = false;
        if (reloads || (update.action === 'apply' && !(await apply(update).catch(() => false))))
          return this.#reload();
      }
    } finally {
      this.#isApplying = false;
    }
  }
}
