import { basename, relative, sep } from 'node:path';
import type { ContentVersion, ReloadUpdate } from '@live-online/protocol';
import {
  decideUpdate,
  shownName,
  type Decision,
  type FileUse,
  type NamedChange,
} from './core/classify-change.ts';
import type { ContentVersions } from './core/content-versions.ts';
import { explainReload } from './core/explain-reload.ts';
import type { Clock, FileChange } from './core/ports.ts';
import type { FeedbackLoops } from './core/feedback-loops.ts';
import type { SkippedReport, UpdateReport } from './events.ts';
import { isWithin } from './files/public-path.ts';

/**
 * The last step of a change's way to the pages: the file watcher reports which files changed, the publisher decides what each
 * open page has to do about it, and sends it that.
 */
export interface UpdatePublisher {
  /** Sends every page what these changes mean for it. */
  publish(changes: readonly FileChange[], digest: string | undefined): void;
  /** The same for files that the user has named: pages may use them in a way that this server does not see. */
  publishNotified(changes: readonly FileChange[], digest: string | undefined): void;
  /** Makes every page load again, whatever it shows, for a reason that the report names. */
  publishReload(reason: string): void;
  /** Sends every page the digest of the content, once it is known. */
  publishDigest(digest: string): void;
}

export interface UpdatePublisherOptions {
  /** The folder that this server serves, if it serves one. */
  folder: string | undefined;
  /** The folders whose files reach pages only through this server, so that it knows which ones pages use. */
  servedFolders: () => readonly string[];
  /** What is watched. */
  roots: readonly string[];
  /** How pages have used a file. */
  useOf: (path: string) => FileUse;
  /** Whether the backend itself updates the pages that use a file. */
  isHot: (change: FileChange, name: string) => boolean;
  reloadOnly: boolean;
  versions: ContentVersions;
  loops: FeedbackLoops;
  now: Clock['now'];
  /** The open pages, by the files that they were made from, if known. */
  pages: () => readonly { file: string | undefined }[];
  /** Sends each open page what `decide` returns for it, and returns what was sent. */
  broadcast: (decide: (page: { file: string | undefined }) => ReloadUpdate) => ReloadUpdate[];
  broadcastVersion: (version: ContentVersion) => void;
  onUpdate: (report: UpdateReport) => void;
  onSkipped: (report: SkippedReport) => void;
}

type PathChange = NamedChange & { path: string; sinceMs?: number };

const RELOAD: Decision = { action: 'reload' };
const UNUSED = 'no open page has requested it';
const HOT = 'the backend updates it in place (Vite)';

export function createUpdatePublisher(options: UpdatePublisherOptions): UpdatePublisher {
  const { folder, roots, reloadOnly, versions, loops, broadcast, broadcastVersion, onUpdate } = options;

  /** @param explain returns why a page made from `file` reloads. It is called after the update has been sent. */
  function send(
    files: string[],
    decide: (file: string | undefined) => Decision,
    explain: (file: string | undefined) => string,
  ): UpdateReport {
    const version = versions.advance();
    let reloading: { file: string | undefined } | undefined;
    const sent = broadcast((page) => {
      const decision = decide(page.file);
      if (decision.action === 'none') return { version, ...decision };
      if (decision.action === 'apply' && !reloadOnly) return { version, ...decision };
      reloading ??= page;
      return { version, ...RELOAD };
    });
    const report = reportOf(files, sent);
    return reloading ? { ...report, reason: explain(reloading.file) } : report;
  }

  /** Removes files that the backend updates in place: a reload would lose the state of the page. [R4] */
  function withoutHot(changes: readonly FileChange[]): FileChange[] {
    const hot = changes.filter((change) => options.isHot(change, nameInRoot(change.path, roots)));
    if (hot.length === 0) return [...changes];
    options.onSkipped({ files: hot.map((change) => shownName(nameChange(change))), reason: HOT });
    return changes.filter((change) => !hot.includes(change));
  }

  function nameChange({ path, ...change }: FileChange): PathChange {
    const use = folder === undefined ? 'unknown' : options.useOf(path);
    return { path, ...nameFile(path, folder, roots), ...change, use };
  }

  /** Sends an update. Pages that this server has served are only concerned by `used`. */
  function sendChanges(changes: readonly NamedChange[], used: readonly NamedChange[]): UpdateReport {
    // A page from before this server's start, or from another server, may have used any file.
    const unknown = changes.map((change) => ({ ...change, use: 'unknown' as const }));
    const seenBy = (file: string | undefined): [changes: readonly NamedChange[], document?: string] =>
      file === undefined ? [unknown] : [used, nameFile(file, folder, roots).name];
    return send(
      changes.map(shownName),
      (file) => decideUpdate(...seenBy(file)),
      (file) => explainReload(...seenBy(file)) ?? 'nothing is replaced in place (--reload-only)',
    );
  }

  /** Changes that no page can have used, and the others. [R4] */
  function divide(changes: readonly PathChange[]): { used: PathChange[]; unused: PathChange[] } {
    const served = options.servedFolders();
    const isUnused = ({ path, use }: PathChange): boolean =>
      use === 'never' && served.some((one) => isWithin(one, path));
    return {
      used: changes.filter((change) => !isUnused(change)),
      unused: changes.filter(isUnused),
    };
  }

  /** How long the first of these changes took to be sent. */
  function durationOf(changes: readonly PathChange[]): Pick<UpdateReport, 'durationMs'> {
    const sinceMs = changes.reduce((least, one) => Math.min(least, one.sinceMs ?? Infinity), Infinity);
    return sinceMs === Infinity ? {} : { durationMs: Math.round((options.now() - sinceMs) * 10) / 10 };
  }

  function publishChanges(changes: readonly PathChange[], used: readonly PathChange[]): UpdateReport {
    const report = { ...sendChanges(changes, used), ...durationOf(changes) };
    const isReload = report.pages.reload > 0 || options.pages().length === 0;
    loops.recordUpdate(
      changes.map(({ path }) => nameInRoot(path, roots)),
      isReload,
    );
    return report;
  }

  return {
    publish(changes, digest) {
      versions.setDigest(digest);
      const named = withoutHot(changes).map(nameChange);
      const { used, unused } = divide(named);
      const pages = options.pages();
      if (unused.length === 0 || pages.some(({ file }) => file === undefined)) {
        if (named.length > 0) onUpdate(publishChanges(named, used));
        else broadcastVersion(versions.current());
        return;
      }
      if (used.length > 0) onUpdate(publishChanges(used, used));
      // The version stays: a page that loads just now needs no update either.
      else broadcastVersion(versions.current());
      if (pages.length === 0) onUpdate(reportOf(unused.map(shownName), []));
      else options.onSkipped({ files: unused.map(shownName), reason: UNUSED });
    },
    publishNotified(changes, digest) {
      versions.setDigest(digest);
      const named = changes.map(nameChange);
      onUpdate(publishChanges(named, named));
    },
    publishReload(reason) {
      loops.recordUpdate([], true);
      onUpdate(
        send(
          [],
          () => RELOAD,
          () => reason,
        ),
      );
    },
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

/** The path of a file in its root, with slashes. */
export function nameInRoot(path: string, roots: readonly string[]): string {
  return nameFile(path, undefined, roots).name;
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
