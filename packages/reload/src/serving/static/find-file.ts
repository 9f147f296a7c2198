import { join } from 'node:path';
import type { FileStat } from '../../core/ports.ts';
import { isPublic, realPathOf } from '../../files/public-path.ts';
import { resolveFile, type Resolved } from './resolve-file.ts';

const INDEX_FILES = ['index.html', 'index.htm'];

export interface FileFinder {
  /** The file for a path: the file itself, the index file of a folder, or the page without its `.html`. */
  find(segments: readonly string[], trailingSlash: boolean): Promise<Resolved>;
  /** The file or folder of exactly this name, when it is stable. */
  open(segments: readonly string[]): Promise<Resolved>;
}

/** @param whenStable resolves when the file is stable */
export function createFileFinder(
  root: string,
  whenStable: (path: string) => Promise<FileStat | undefined>,
): FileFinder {
  async function open(segments: readonly string[]): Promise<Resolved> {
    const requested = join(root, ...segments);
    const path = realPathOf(requested) ?? requested;
    // A file that is not served must not be read either: updates would contain its text.
    if (!isPublic(root, path)) return { kind: 'none' };
    await whenStable(path);
    return resolveFile(root, segments);
  }

  async function openIndex(segments: readonly string[]): Promise<Resolved> {
    for (const name of INDEX_FILES) {
      const index = await open([...segments, name]);
      if (index.kind !== 'none') return index;
    }
    return { kind: 'none' };
  }

  async function find(segments: readonly string[], trailingSlash: boolean): Promise<Resolved> {
    const found = await open(segments);
    const isFolder = found.kind === 'folder';
    if (found.kind === 'file' && trailingSlash) {
      await found.handle.close();
      return { kind: 'none' };
    }
    if (isFolder && (trailingSlash || segments.length === 0)) {
      const index = await openIndex(segments);
      if (index.kind !== 'none') return index;
    }
    const last = segments.at(-1);
    if ((found.kind !== 'none' && !isFolder) || last === undefined || trailingSlash) return found;
    // `/about` is about.html, also beside a folder of that name.
    const page = await open([...segments.slice(0, -1), `${last}.html`]);
    return page.kind === 'none' || page.kind === 'folder' ? found : page;
  }

  return { find, open };
}
