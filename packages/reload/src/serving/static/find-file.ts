import { join } from 'node:path';
import type { FileStat } from '../../core/ports.ts';
import { isPublicInOneOf, resolveLinks } from '../../files/public-path.ts';
import { resolveFile, type Resolved } from './resolve-file.ts';

const INDEX_FILES = ['index.html', 'index.htm'];

export interface RequestedFiles {
  whenStable(path: string): Promise<FileStat | undefined>;
  /** A path was looked for. */
  requested(path: string): void;
  /** There is no such file yet. */
  missing(path: string): void;
}

/** Finds the files for URL paths, and waits until they are stable. */
export class FileFinder {
  readonly #root: string;
  readonly #allow: readonly string[];
  readonly #files: RequestedFiles;

  /** @param allow real paths of folders that symlinks in `root` may lead to. */
  constructor(root: string, allow: readonly string[], files: RequestedFiles) {
    this.#root = root;
    this.#allow = allow;
    this.#files = files;
  }

  /** The file for a path: the file itself, the index file of a folder, or the page without its `.html`. */
  async find(segments: readonly string[], trailingSlash: boolean): Promise<Resolved> {
    const found = await this.open(segments);
    const isFolder = found.kind === 'folder';
    if (found.kind === 'file' && trailingSlash) {
      await found.handle.close();
      return { kind: 'none' };
    }
    if (isFolder && (trailingSlash || segments.length === 0)) {
      for (const name of INDEX_FILES) {
        const index = await this.open([...segments, name]);
        if (index.kind !== 'none') return index;
      }
    }
    const last = segments.at(-1);
    if ((found.kind !== 'none' && !isFolder) || last === undefined || trailingSlash) return found;
    // `/about` is about.html, also if there is a folder with that name.
    const page = await this.open([...segments.slice(0, -1), `${last}.html`]);
    return page.kind === 'none' || page.kind === 'folder' ? found : page;
  }

  /** The file or folder of exactly this name, when it is stable. */
  async open(segments: readonly string[]): Promise<Resolved> {
    const requested = join(this.#root, ...segments);
    const path = resolveLinks(this.#root, requested) ?? requested;
    this.#files.requested(requested);
    // A file that is not served must not be read either: updates would contain its text.
    if (!isPublicInOneOf([this.#root, ...this.#allow], path)) return { kind: 'none' };
    await this.#files.whenStable(path);
    const resolved = await resolveFile(this.#root, segments, this.#allow);
    if (resolved.kind === 'none') this.#files.missing(requested);
    return resolved;
  }
}
