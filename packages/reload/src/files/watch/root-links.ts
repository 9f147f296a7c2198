import { lstatSync, readlinkSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join, parse, resolve, sep } from 'node:path';

/** More links than this in a row are a loop, as for the system. */
const MAX_LINKS = 40;

/** Watches the symlinks through which a root is reached: a deployment may replace one of them by a link to another folder. */
export class RootLinks {
  readonly #root: string;
  readonly #onChange: () => void;
  #watchers: FSWatcher[] = [];

  constructor(root: string, onChange: () => void) {
    this.#root = root;
    this.#onChange = onChange;
  }

  /** Watches the links as they are now. */
  watch(): void {
    this.close();
    for (const link of linksOf(this.#root)) {
      try {
        const watcher = watch(dirname(link), (_event, name) => {
          if (name === null || name === basename(link)) this.#onChange();
        });
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch {
        // The folder of the link may not be read: a change is not noticed.
      }
    }
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}

/** The symlinks in a path, and in the paths that they lead to. */
export function linksOf(path: string): string[] {
  const links: string[] = [];
  let rest = path.slice(parse(path).root.length).split(sep);
  let done = parse(path).root;
  for (let name; (name = rest.shift()) !== undefined && links.length < MAX_LINKS;) {
    const next = join(done, name);
    try {
      if (!lstatSync(next).isSymbolicLink()) done = next;
      else {
        links.push(next);
        const target = resolve(done, readlinkSync(next));
        rest = [...target.slice(parse(target).root.length).split(sep), ...rest];
        done = parse(target).root;
      }
    } catch {
      return links;
    }
  }
  return links;
}
