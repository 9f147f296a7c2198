/**
 * An update's way in the page: the `Connection` receives it, the `UpdateQueue` waits until the page is visible and merges what
 * waits, and `applyCss`, `applyImages` and the `HtmlUpdater` change the page in place. If one of them cannot, the `PageReloader`
 * loads the page again.
 */
import { applyCss } from './apply-css.ts';
import { applyImages } from './apply-images.ts';
import { readPageInfo, type ClientConfig } from './config.ts';
import { Connection } from './connection.ts';
import { HtmlUpdater } from './html-updater.ts';
import { recordLoadedFiles } from './loaded-files.ts';
import { createOpenInEditor } from './overlay/open-in-editor.ts';
import { Overlay } from './overlay/overlay.ts';
import { onScriptErrors } from './overlay/script-errors.ts';
import { lastReloadedVersion, PageReloader } from './page-reloader.ts';
import { restoreScrollPosition } from './scroll-position.ts';
import { SleepDetector } from './sleep-detector.ts';
import { bypassWorker, deleteStored, findCachingWorker } from './worker-cache.ts';
import { UpdateQueue } from './update-queue.ts';

/** The server replaces this text by the configuration. */
const config = '__LIVE_ONLINE_CONFIG__' as unknown as ClientConfig;
const info = readPageInfo();
const htmlUpdater = new HtmlUpdater(`${config.base}pages/${info.page ?? ''}`);
const id = info.version ?? config.version;
const reloader = new PageReloader(info.post);
const updates = new UpdateQueue({
  version: id === undefined ? undefined : { id },
  reloadedVersion: lastReloadedVersion(),
  reloader,
  sleep: new SleepDetector(),
  onStale: () => void bypassWorker(info.page, () => reloader.reload(id ?? '')),
  async apply({ css = [], cssTexts = {}, images = [], html = false, htmlText, exact = true, version }) {
    const stamp = version.id;
    await deleteStored();
    if (css.length > 0 && !(await applyCss(css, cssTexts, exact, stamp))) return false;
    if (images.length > 0 && !(await applyImages(images, exact, stamp))) return false;
    return !html || (!info.post && (await htmlUpdater.apply(htmlText)));
  },
});
const overlay = new Overlay(createOpenInEditor(config));
const connection = new Connection(
  config,
  { page: info.page, cachedBy: findCachingWorker(info.page) },
  {
    onVersion: (version) => updates.compare(version),
    onUpdate: (update) => updates.add(update),
    onOverlay: (problem) => (problem ? overlay.show(problem) : overlay.hide()),
    onUnreadable: () => updates.reloadForNewScript(),
  },
);

if (config.scriptErrors) onScriptErrors((problem) => overlay.show(problem));
recordLoadedFiles();
restoreScrollPosition();
connection.open();
// Not every browser keeps a page with an open socket in its back/forward cache.
addEventListener('pagehide', () => connection.close());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) connection.open();
});
