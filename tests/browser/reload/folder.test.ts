import { mkdirSync, renameSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { inEachBrowser } from '../../helpers/browsers.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

const html = (text: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Test</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="site.css"><script src="app.js" defer></script></head>
<body><h1 id="text">${text}</h1><input id="field"><img id="image" src="a.svg" width="10" height="10" alt="">
<div style="height: 3000px"></div></body></html>`;
const svg = (color: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path fill="${color}" d="M0 0h1v1H0z"/></svg>`;
const site = {
  'index.html': html('one'),
  'about.html': html('about'),
  'site.css': '#text { color: rgb(1, 1, 1) }',
  'app.js':
    'document.body.append(Object.assign(document.createElement("p"), { id: "built", textContent: "built" }))',
  'a.svg': svg('red'),
};

inEachBrowser('a folder in $name', ({ name, getContext }) => {
  async function open(files: Record<string, string> = site, path = '') {
    const made = makeFolder(files);
    const tool = await startReload({ folder: made.folder });
    const context = await getContext();
    const tab = await openTab(context, tool.url + path);
    const text = (): Promise<string | null> => tab.page.textContent('#text');
    const shows = (expected: string): Promise<void> =>
      vi.waitFor(async () => expect(await text().catch(() => '')).toBe(expected));
    const color = (): Promise<string> =>
      tab.page.evaluate(() => getComputedStyle(document.querySelector('#text')!).color);
    const at = (name: string): string => join(made.folder, name);
    return { ...made, tool, tab, context, text, shows, color, at };
  }

  it('[R4] new HTML is morphed in, and keeps scroll, focus, fields and what scripts have built', async () => {
    const { write, tab, shows } = await open();
    await tab.page.fill('#field', 'typed');
    await tab.page.evaluate(() => scrollTo(0, 500));
    write('index.html', html('two'));
    await shows('two');
    expect(tab.loads()).toBe(1);
    expect(await tab.page.inputValue('#field')).toBe('typed');
    expect(await tab.page.evaluate(() => [scrollY, document.activeElement?.id])).toEqual([500, 'field']);
    expect(await tab.page.textContent('#built')).toBe('built');
    expect(tab.problems).toEqual([]);
  });

  it('[R4] new styles are swapped in without a reload', async () => {
    const { write, tab, color } = await open();
    await vi.waitFor(async () => expect(await color()).toBe('rgb(1, 1, 1)'));
    write('site.css', '#text { color: rgb(2, 2, 2) }');
    await vi.waitFor(async () => expect(await color()).toBe('rgb(2, 2, 2)'));
    expect(tab.loads()).toBe(1);
  });

  it('[R4] a new image is swapped in without a reload', async () => {
    const { write, tab } = await open();
    const src = (): Promise<string> =>
      tab.page.$eval('#image', (image) => (image as HTMLImageElement).currentSrc);
    const before = await src();
    write('a.svg', svg('blue'));
    await vi.waitFor(async () => expect(await src()).not.toBe(before));
    expect(tab.loads()).toBe(1);
  });

  it('[R4] a new script reloads, once, and keeps the scroll position', async () => {
    const { write, tab } = await open();
    await tab.page.evaluate(() => scrollTo(0, 700));
    write('app.js', 'window.second = true');
    await tab.page.waitForFunction('window.second === true');
    await vi.waitFor(async () => expect(await tab.page.evaluate('scrollY')).toBe(700));
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
  });

  it("[R4] another page's HTML does nothing here, and a new file that was requested reloads", async () => {
    const { write, tab, tool, context } = await open();
    const other = await openTab(context, `${tool.url}about`);
    write('about.html', html('changed'));
    await vi.waitFor(async () => expect(await other.page.textContent('#text')).toBe('changed'));
    expect([tab.loads(), other.loads()]).toEqual([1, 1]);
    write('not-requested.txt', 'new');
    await vi.waitFor(() => expect(tool.skipped).toMatchObject([{ files: ['not-requested.txt'] }]));
    await tab.page.evaluate(() => fetch('new.txt'));
    write('new.txt', 'new');
    await vi.waitFor(() => expect([tab.loads(), other.loads()]).toEqual([2, 2]));
  });

  const saves: [string, (at: (name: string) => string, text: string) => void][] = [
    ['in place', (at, text) => writeFileSync(at('index.html'), text)],
    [
      'by a temporary file and a rename',
      (at, text) => {
        writeFileSync(at('.index.html.tmp'), text);
        renameSync(at('.index.html.tmp'), at('index.html'));
      },
    ],
    [
      'by truncating and writing',
      (at, text) => {
        writeFileSync(at('index.html'), '');
        writeFileSync(at('index.html'), text);
      },
    ],
    [
      'by deleting and creating again',
      (at, text) => {
        unlinkSync(at('index.html'));
        writeFileSync(at('index.html'), text);
      },
    ],
    [
      'as vim does',
      (at, text) => {
        writeFileSync(at('4913'), '');
        unlinkSync(at('4913'));
        renameSync(at('index.html'), at('index.html~'));
        writeFileSync(at('index.html'), text);
        unlinkSync(at('index.html~'));
      },
    ],
    [
      'twice in a row',
      (at, text) => {
        writeFileSync(at('index.html'), html('half'));
        writeFileSync(at('index.html'), text);
      },
    ],
  ];
  // The server decides what one update is, before any browser is involved: one browser shows all ways of saving, the
  // other one of them.
  it.each(name === 'chromium' ? saves : saves.slice(0, 1))(
    '[R2] a save %s is one update',
    async (_how, save) => {
      const { tab, tool, shows, at } = await open();
      for (const text of ['two', 'three']) {
        const before = tool.updates.length;
        save(at, html(text));
        await shows(text);
        // Another file, so that a late second update would arrive before it.
        writeFileSync(at('site.css'), `#text { color: rgb(9, 9, ${before}) }`);
        await vi.waitFor(() => expect(tool.updates.length).toBeGreaterThanOrEqual(before + 2));
        expect(tool.updates.slice(before).map(({ files }) => files)).toEqual([['index.html'], ['site.css']]);
      }
      expect(tab.loads()).toBe(1);
    },
  );

  it('[R2] 500 files at once are one update, and one reload', async () => {
    const { at, tab, tool } = await open();
    await tab.page.evaluate(() => fetch('many/7.txt'));
    mkdirSync(at('many'));
    for (let index = 0; index < 500; index++) writeFileSync(at(`many/${index}.txt`), String(index));
    await vi.waitFor(() => expect(tab.loads()).toBe(2));
    expect(tool.updates).toHaveLength(1);
    expect(tool.updates[0]!.files).toEqual(['many/7.txt']);
    await vi.waitFor(() => expect(tool.skipped).toHaveLength(1));
    expect(tool.skipped[0]!.files).toHaveLength(499);
  });

  it('[R2] a touch, and a save that changes no byte, are no update', async () => {
    const { at, write, tab, tool, shows } = await open();
    const later = new Date(Date.now() + 5_000);
    utimesSync(at('index.html'), later, later);
    write('index.html', site['index.html']);
    write('site.css', site['site.css']);
    write('index.html', html('two'));
    await shows('two');
    expect(tool.updates.map(({ files }) => files)).toEqual([['index.html']]);
    expect(tab.loads()).toBe(1);
  });

  it('[R1] a missing page is reported as missing, and opens once it exists', async () => {
    const { write, tab, shows } = await open(site, 'soon');
    expect(await tab.page.title()).toMatch(/not|no|missing|404/i);
    write('soon.html', html('here'));
    await shows('here');
  });

  it('[R3] a root that is deleted and created again is watched', async () => {
    const { folder, tab, shows, write } = await open();
    rmSync(folder, { recursive: true });
    await vi.waitFor(() => expect(tab.loads()).toBeGreaterThan(1));
    for (const [name, text] of Object.entries(site)) write(name, text);
    await shows('one');
    write('index.html', html('again'));
    await shows('again');
  });
});
