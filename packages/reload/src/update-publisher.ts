import { randomBytes } from 'node:crypto';
import { basename, relative, sep } from 'node:path';
import type { ContentVersion, ReloadUpdate } from '@live-online/protocol';
import { decideUpdate, type Decision, type NamedChange } from './core/classify-change.ts';
import type { FileUses } from './core/file-uses.ts';
import type { FileChange } from './core/ports.ts';
import type { UpdateReport } from './events.ts';
import type { Channel, OpenPage } from './http/update-channel.ts';
import type { Source } from './options/options.ts';

/** What is true of the content, and what pages are told when it changes. */
export interface Reloading {
  version(): ContentVersion;
  /** Tells every page what these changes mean for it. */
  change(changes: readonly FileChange[], digest: string | undefined): void;
  /** Makes every page load again, whatever it shows. */
  reloadAll(): void;
  /** The digest of the content is known now. */
  know(digest: string): void;
}

export interface ReloadingOptions {
  source: Source;
  roots: readonly string[];
  uses: FileUses;
  reloadOnly: boolean;
  channel: () => Channel;
  onUpdate: (report: UpdateReport) => void;
}

export function createReloading(options: ReloadingOptions): Reloading {
  const { source, roots, uses, reloadOnly, channel, onUpdate } = options;
  const epoch = randomBytes(6).toString('base64url');
  let sequence = 0;
  let digest: string | undefined;

  const version = (): ContentVersion => ({
    id: `${epoch}.${sequence}`,
    ...(digest !== undefined && { digest }),
  });

  /** How pages may know a file: by its URL where this server serves it, otherwise by its place in a watched folder. */
  function nameChange({ path, kind, text }: FileChange): NamedChange {
    const folder = source.kind === 'folder' ? source.folder : undefined;
    const served = folder !== undefined && path.startsWith(folder + sep);
    const root = served ? folder : roots.find((candidate) => path.startsWith(candidate + sep));
    const segments = roots.includes(path) ? [basename(path)] : relative(root ?? '/', path).split(sep);
    return {
      kind,
      served,
      name: served ? urlOf(segments) : segments.join('/'),
      use: folder === undefined ? 'unknown' : uses.of(path),
      ...(text !== undefined && { text }),
    };
  }

  function tell(files: string[], decide: (page: OpenPage) => Decision): void {
    sequence++;
    const current = version();
    const told = channel().tell((page) => {
      const decision = decide(page);
      return { version: current, ...(reloadOnly && decision.action === 'apply' ? RELOAD : decision) };
    });
    onUpdate(report(files, told));
  }

  return {
    version,
    change(changes, newDigest) {
      digest = newDigest;
      const named = changes.map(nameChange);
      // A page from before this server's start, or from another server, may have used anything.
      const unknown = named.map((change) => ({ ...change, use: 'unknown' as const }));
      const files = named.map(({ name, served }) => (served ? decodeURI(name.slice(1)) : name));
      const documentName = (file: string): string => nameChange({ path: file, kind: 'changed' }).name;
      tell(files, ({ file }) =>
        file === undefined ? decideUpdate(unknown, undefined) : decideUpdate(named, documentName(file)),
      );
    },
    reloadAll: () => tell([], () => RELOAD),
    know(known) {
      digest = known;
      channel().tellVersion(version());
    },
  };
}

const RELOAD: Decision = { action: 'reload' };

function urlOf(segments: readonly string[]): string {
  return `/${segments.map(encodeURIComponent).join('/')}`;
}

function report(files: string[], told: readonly ReloadUpdate[]): UpdateReport {
  const pages = { none: 0, apply: 0, reload: 0 };
  const applied = new Set<'css' | 'images' | 'html'>();
  for (const { action, css, images, html } of told) {
    pages[action]++;
    if (css) applied.add('css');
    if (images) applied.add('images');
    if (html) applied.add('html');
  }
  return { files, pages, applied: [...applied] };
}
