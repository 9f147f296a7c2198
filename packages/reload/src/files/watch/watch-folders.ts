import { dirname, sep } from 'node:path';
import type { FolderWatch, FolderWatchOptions } from './folder-watch.ts';
import { kindOf } from './stat-file.ts';
import { watchRoot } from './watch-root.ts';

/** Watches folders and everything in them. */
export function watchFolders({ roots, onWarning, ...options }: FolderWatchOptions): FolderWatch {
  const said = new Set<string>();
  const warnOnce = (topic: string, text: string): void => {
    if (said.has(topic)) return;
    said.add(topic);
    onWarning(text);
  };
  const watches = roots.map((root) => ({
    root,
    // A file that is renamed over is seen from the folder it lies in only.
    watch: watchRoot({
      ...options,
      ...(kindOf(root) === 'file' ? { root: dirname(root), only: root } : { root }),
      onWarning,
      warnOnce,
    }),
  }));
  const watchOf = (path: string): (typeof watches)[number]['watch'] | undefined =>
    watches.find(({ root }) => path === root || path.startsWith(root + sep))?.watch;

  return {
    ready: Promise.all(watches.map(({ watch }) => watch.ready)).then(() => {}),
    include: (path) => watchOf(path)?.include(path),
    accepts: (path) => watchOf(path)?.accepts(path) ?? false,
    *folders() {
      for (const { watch } of watches) yield* watch.folders();
    },
    async close() {
      for (const { watch } of watches) watch.close();
    },
  };
}
