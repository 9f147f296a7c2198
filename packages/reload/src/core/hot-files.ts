import type { FileChange } from './ports.ts';

/** Knows which files backends update in place by themselves, as Vite's development server does. [R4] */
export interface HotFiles {
  /** One more backend. Its requests say nothing about the sockets of others. */
  addBackend(): HotBackend;
  /** @param name the path in a watched folder, with slashes */
  isUpdated(change: FileChange, name: string): boolean;
}

export interface HotBackend {
  /** A page has requested a path from the backend. */
  recordRequest(path: string): void;
  /** A page has opened a socket of the backend for such updates. Returns a function that reports its end. */
  recordSocket(): () => void;
}

/** How many requested paths of a backend are remembered: the newest. */
const MAX_PATHS = 10_000;
/** The prefix of Vite's URLs for files outside of its root. The absolute path follows. */
const OUTSIDE = '/@fs/';

export function createHotFiles(maxPaths: number = MAX_PATHS): HotFiles {
  const backends: { readonly paths: Set<string>; sockets: number }[] = [];
  return {
    addBackend() {
      const backend = { paths: new Set<string>(), sockets: 0 };
      backends.push(backend);
      const { paths } = backend;
      return {
        recordRequest(path) {
          const file = path.startsWith(OUTSIDE) ? path.slice(OUTSIDE.length - 1) : path;
          const decoded = decode(file.endsWith('/') ? `${file}index.html` : file);
          if (decoded === undefined) return;
          paths.delete(decoded);
          paths.add(decoded);
          if (paths.size > maxPaths) for (const oldest of paths) return void paths.delete(oldest);
        },
        recordSocket() {
          backend.sockets++;
          let isOpen = true;
          return () => {
            if (isOpen) backend.sockets--;
            isOpen = false;
          };
        },
      };
    },
    isUpdated({ path, kind }, name) {
      if (kind !== 'changed') return false;
      // The root of the backend may be another folder than the watched one. A single name would match in any folder.
      const segments = path.split(/[\\/]/);
      const urls = [`/${name}`];
      for (let index = segments.length - 2; index > 0; index--)
        urls.push(`/${segments.slice(index).join('/')}`);
      return backends.some(({ paths, sockets }) => sockets > 0 && urls.some((url) => paths.has(url)));
    },
  };
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
