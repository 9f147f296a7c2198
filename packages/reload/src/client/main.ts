import { applyCss } from './apply-css.ts';
import { createHtmlUpdater } from './apply-html.ts';
import { applyImages } from './apply-images.ts';
import { readPageInfo, type ClientConfig } from './config.ts';
import { createConnection } from './connection.ts';
import { rememberLoaded } from './loaded-files.ts';
import { createPageReloader, guardedVersion } from './reload-page.ts';
import { restoreScroll } from './scroll.ts';
import { watchSleep } from './sleep.ts';
import { createUpdates } from './updates.ts';

/** The server puts the configuration in the place of this text. */
const config = '__LIVE_ONLINE_CONFIG__' as unknown as ClientConfig;
const info = readPageInfo();
const html = createHtmlUpdater(`${config.base}pages/${info.page ?? ''}`);
const id = info.version ?? config.version;
const updates = createUpdates({
  have: id === undefined ? undefined : { id },
  guarded: guardedVersion(),
  reloader: createPageReloader(info.post),
  sleep: watchSleep(),
  async apply({
    css = [],
    cssTexts = {},
    images = [],
    html: ownHtml = false,
    htmlText,
    exact = true,
    version,
  }) {
    const stamp = version.id;
    if (css.length > 0 && !(await applyCss(css, cssTexts, exact, stamp))) return false;
    if (images.length > 0 && !(await applyImages(images, exact, stamp))) return false;
    return !ownHtml || (!info.post && (await html.apply(htmlText)));
  },
});
const connection = createConnection(config, info.page, {
  version: updates.compare,
  update: updates.hear,
  lost: updates.lost,
});

rememberLoaded();
restoreScroll();
connection.open();
// A page with an open socket is not kept by every browser for the way back.
addEventListener('pagehide', connection.close);
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) connection.open();
});
