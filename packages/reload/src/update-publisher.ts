import { basename, relative, sep } from 'node:path';
import type { ContentVersion, ReloadUpdate } from '@live-online/protocol';
import { decideUpdate, type Decision, type FileUse, type NamedChange } from './core/classify-change.ts';
import type { ContentVersions } from './core/content-versions.ts';
import type { FileChange } from './core/ports.ts';
import type { UpdateReport } from './events.ts';

/**
 * The last step of a change's way to the pages: the file watcher reports which files changed, the publisher decides what each
 * open page has to do about it, and sends it that.
 */
export interface UpdatePublisher {
  /** Sends every page what these changes mean for it. */
  publish(changes: readonly FileChange[], digest: string | undefined): void;
  /** Makes every page load again, whatever it shows. */
  publishReload(): void;
  /** Sends every page the digest of the content, once it is known. */
  publishDigest(digest: string): void;
}

export interface UpdatePublisherOptions {
  /** The folder that this server serves, if it serves one. */
  folder: string | undefined;
  /** What is watched. */
  roots: readonly string[];
  /** How pages have used a file. */
  useOf: (path: string) => FileUse;
  reloadOnly: boolean;
  versions: ContentVersions;
  /** Sends each open page what `decide` returns for it, and returns what was sent. */
  broadcast: (decide: (page: { file: string | undefined }) => ReloadUpdate) => ReloadUpdate[];
  broadcastVersion: (version: ContentVersion) => void;
  onUpdate: (report: UpdateReport) => void;
}

const RELOAD: Decision = { action: 'reload' };

export function createUpdatePublisher(options: UpdatePublisherOptions): UpdatePublisher {
  const { folder, roots, useOf, reloadOnly, versions, broadcast, broadcastVersion, onUpdate } = options;

  function send(files: string[], decide: (file: string | undefined) => Decision): void {
    const version = versions.advance();
    const sent = broadcast(({ file }) => {
      const decision = decide(file);
      return { version, ...(reloadOnly && decision.action === 'apply' ? RELOAD : decision) };
    });
    onUpdate(reportOf(files, sent));
  }

  return {
    publish(changes, digest) {
      versions.setDigest(digest);
      const named: NamedChange[] = changes.map(({ path, kind, text }) => ({
        ...nameFile(path, folder, roots),
        kind,
        use: folder === undefined ? 'unknown' : useOf(path),
        ...(text !== undefined && { text }),
      }));
      // A page from before this server's start, or from another server, may have used any file.
      const unknown = named.map((change) => ({ ...change, use: 'unknown' as const }));
      const files = named.map(({ name, served }) => (served ? decodeURI(name.slice(1)) : name));
      send(files, (file) =>
        file === undefined
          ? decideUpdate(unknown, undefined)
          : decideUpdate(named, nameFile(file, folder, roots).name),
      );
    },
    publishReload: () => send([], () => RELOAD),
    publishDigest(digest) {
      versions.setDigest(digest);
      broadcastVersion(versions.current());
    },
  };
}

/** The name by which pages may know a file: its URL's path if this server serves it, otherwise its path in a watched folder. */
export function nameFile(
  path: string,
  folder: string | undefined,
  roots: readonly string[],
): Pick<NamedChange, 'name' | 'served'> {
  const served = folder !== undefined && path.startsWith(folder + sep);
  const root = served ? folder : roots.find((candidate) => path.startsWith(candidate + sep));
  const segments = roots.includes(path) ? [basename(path)] : relative(root ?? '/', path).split(sep);
  return { served, name: served ? `/${segments.map(encodeURIComponent).join('/')}` : segments.join('/') };
}

function reportOf(files: string[], sent: readonly ReloadUpdate[]): UpdateReport {
  const pages = { none: 0, apply: 0, reload: 0 };
  const applied = new Set<'css' | 'images' | 'html'>();
  for (const { action, css, images, html } of sent) {
    pages[action]++;
    if (css) applied.add('css');
    if (images) applied.add('images');
    if (html) applied.add('html');
  }
  return { files, pages, applied: [...applied] };
}
