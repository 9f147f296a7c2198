import { dirname } from 'node:path';
import { isWithin } from '../public-path.ts';
import type { FolderWatch, FolderWatchOptions } from './folder-watch.ts';
import { RootWatch } from './root-watch.ts';
import { statFile } from './stat-file.ts';

/** Watches folders with all files in them, and single files. */
export function watchFolders({ roots, onWarning, ...options }: FolderWatchOptions): FolderWatch {
  const warned = new Set<string>();
  const warnOnce = (topic: string, text: string): void => {
    if (warned.has(topic)) return;
    warned.add(topic);
    onWarning(text);
  };
  const watches = roots.map((root) => ({
    root,
    watch: new RootWatch({
      ...options,
      // Only the folder of a file reports that the file was renamed over.
      ...(statFile(root) ? { root: dirname(root), only: root } : { root }),
      warnOnce,
    }),
  }));
  const watchOf = (path: string): RootWatch | undefined =>
    watches.find(({ root }) => isWithin(root, path))?.watch;

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
