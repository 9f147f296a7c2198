import type { ContentVersion, ReloadUpdate } from '@live-online/protocol';
import { mergeUpdates } from './merge-updates.ts';
import type { PageReloader } from './reload-page.ts';
import type { SleepWatch } from './sleep.ts';
import { compareVersions } from './version.ts';

/** Brings the page up to date: in order, one at a time, and once it is seen. [R4, R6] */
export interface Updates {
  hear(update: ReloadUpdate): void;
  /** The server says where the content stands, after a connection was made or everything was read. */
  compare(version: ContentVersion): void;
  /** Something was said that cannot be understood: another script may understand it. */
  lost(): void;
}

export interface UpdatesOptions {
  /** What the page was made from; `undefined` where that is not known. */
  have: ContentVersion | undefined;
  guarded: string | undefined;
  reloader: PageReloader;
  sleep: SleepWatch;
  /** @returns whether it was done; otherwise the page has to be loaded again. */
  apply: (update: ReloadUpdate) => Promise<boolean>;
}

export function createUpdates(options: UpdatesOptions): Updates {
  const { guarded, reloader, sleep, apply } = options;
  /** What the page will be made from once all that it has heard is done. */
  let have = options.have;
  /** The version of the document itself, by which a loop is told. */
  const born = have?.id ?? '';
  let waiting: ReloadUpdate[] = [];
  let slept = false;
  let busy = false;
  let wantsReload = false;

  function reload(): void {
    wantsReload = true;
    if (!document.hidden) reloader.reload(born);
  }

  async function work(): Promise<void> {
    if (busy || document.hidden || reloader.going) return;
    if (wantsReload) return reload();
    busy = true;
    try {
      while (waiting.length > 0 && !wantsReload) {
        const update = mergeUpdates(waiting);
        waiting = [];
        const reloads = update.action === 'reload' || (update.action === 'apply' && slept);
        slept = false;
        if (reloads || (update.action === 'apply' && !(await apply(update).catch(() => false))))
          return reload();
      }
    } finally {
      busy = false;
    }
  }

  document.addEventListener('visibilitychange', () => {
    void work();
  });

  return {
    hear(update) {
      if (sleep.slept()) slept = true;
      waiting.push(update);
      have = update.version;
      void work();
    },
    compare(version) {
      if (have) {
        const verdict = compareVersions(have, version, guarded);
        if (verdict === 'reload') return reload();
        if (verdict === 'wait') return;
      }
      have = version;
    },
    lost() {
      // The same document again would hear the same again.
      if (guarded === undefined || guarded !== born) reload();
    },
  };
}
