import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { now, openPage } from './page.mjs';
import { startSide } from './sides.mjs';

/** Saves that do not count, because the processes have just started. */
const WARM_UPS = 3;

const html = (text) =>
  `<!doctype html><html><head><meta charset="utf-8"><title>Bench</title><link rel="icon" href="data:,"><link rel="stylesheet" href="site.css"></head><body><h1 id="text">${text}</h1>${'<p>Some text that stays as it is.</p>'.repeat(50)}</body></html>`;
const css = (value) => `#text { color: rgb(${value}, 1, 1) }`;

/** The ways in which editors save. */
const saves = {
  'in place': (file, text) => writeFileSync(file, text),
  'temporary file, rename': (file, text) => {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  },
  'truncate, write': async (file, text) => {
    const handle = await open(file, 'w');
    await rest(3);
    await handle.write(text);
    await handle.close();
  },
  'delete, make anew': (file, text) => {
    unlinkSync(file);
    writeFileSync(file, text);
  },
  vim: (file, text) => {
    renameSync(file, `${file}~`);
    writeFileSync(file, text);
    unlinkSync(`${file}~`);
  },
  'slow writer': async (file, text) => {
    const handle = await open(file, 'w');
    const body = `${text}<!--${'x'.repeat(1_000_000)}-->`;
    for (let index = 0; index < 20; index++) {
      await handle.write(body.slice((index * body.length) / 20, ((index + 1) * body.length) / 20));
      await rest(30);
    }
    await handle.close();
  },
};

/** The kinds of save for which updates are counted. */
export const kinds = [...Object.keys(saves), '500 files'];

/**
 * Saves a page's HTML and its styles `count` times each.
 *
 * @returns The times from the end of each save, in ms, and the number of frames without styles.
 */
export function measureSaves(side, browser, count, signal) {
  return withSide(side, browser, signal, async (page, folder) => {
    const figures = { message: [], text: [], css: [] };
    for (let index = 0; index < count + WARM_UPS; index++) {
      const text = `save ${index}`;
      writeFileSync(join(folder, 'index.html'), html(text));
      const since = now();
      const [message, shown] = await Promise.all([
        page.saw('message', undefined, since - 1),
        page.saw('text', text, since - 1),
      ]);
      if (shown === undefined) throw new Error('the page did not show a save');
      if (index >= WARM_UPS) {
        figures.text.push(shown - since);
        if (message !== undefined) figures.message.push(message - since);
      }
      await pause();
    }
    page.log.length = 0;
    for (let index = 0; index < count; index++) {
      const value = index % 100;
      writeFileSync(join(folder, 'site.css'), css(value));
      const since = now();
      const shown = await page.saw('color', `rgb(${value}, 1, 1)`, since - 1);
      if (shown !== undefined) figures.css.push(shown - since);
      await pause();
    }
    return { ...figures, unstyled: page.log.filter(({ kind }) => kind === 'unstyled').length };
  });
}

/** The number of messages or loads for one save of each kind. */
export function countUpdates(side, browser, signal) {
  return withSide(side, browser, signal, async (page, folder) => {
    const updates = {};
    for (const [name, save] of Object.entries(saves)) {
      updates[name] = await countOne(page, () => save(join(folder, 'index.html'), html(name)));
    }
    updates['500 files'] = await countOne(page, () => {
      mkdirSync(join(folder, 'many'));
      for (let index = 0; index < 500; index++) writeFileSync(join(folder, 'many', `${index}.txt`), 'x');
    });
    return updates;
  });
}

/** Messages or loads, whichever is more. */
async function countOne(page, save) {
  const loads = page.loads();
  const since = now();
  await save();
  await rest(1_500);
  const messages = page.log.filter(({ kind, at }) => kind === 'message' && at >= since).length;
  return Math.max(messages, page.loads() - loads);
}

/** Starts a tool on a new small site, and opens a page. */
async function withSide(side, browser, signal, measure) {
  const folder = mkdtempSync(join(tmpdir(), 'live-online-bench-'));
  writeFileSync(join(folder, 'index.html'), html('start'));
  writeFileSync(join(folder, 'site.css'), css(200));
  try {
    const server = await startSide(side, folder, signal);
    try {
      const page = await openPage(browser, server.url);
      await rest(1_500);
      return await measure(page, folder).finally(page.close);
    } finally {
      await server.end();
    }
  } finally {
    for (const path of [folder, `${folder}-cache`]) rmSync(path, { recursive: true, force: true });
  }
}

/** Saves are not periodic. */
function pause() {
  return rest(250 + Math.random() * 100);
}
