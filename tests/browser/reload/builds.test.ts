import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { chromiumBrowser } from '../../helpers/browsers.ts';
import { freePort } from '../../helpers/free-port.ts';
import { startFamily } from '../../helpers/processes.ts';
import { makeFolder, openTab, startReload, type Tab } from '../../helpers/reload-tool.ts';

const { resolve } = createRequire(import.meta.url);
const vite = join(dirname(resolve('vite/package.json')), 'bin/vite.js');
const BUILD_TIME = { timeout: 30_000 };

/** Saves until it shows: a program may begin to watch after its first build, and sees no earlier save. */
async function saveUntil<T>(
  write: (blank: string) => void,
  shown: () => Promise<T>,
  expected: T,
): Promise<void> {
  let saves = 0;
  await vi.waitFor(async () => {
    write('\n'.repeat(saves++));
    await vi.waitFor(async () => expect(await shown()).toEqual(expected), { timeout: 3_000 });
  }, BUILD_TIME);
}

/**
 * Saves a style, with another number each time, until it shows in place: for the first builds, a page that shows them all
 * may be loaded once more.
 *
 * @returns how many documents the tab has shown
 */
async function untilInPlace(tab: Tab, saveStyle: (value: number) => Promise<void>): Promise<number> {
  let value = 1;
  return vi.waitFor(async () => {
    const loads = tab.loads();
    await saveStyle(++value);
    expect(tab.loads()).toBe(loads);
    return loads;
  }, BUILD_TIME);
}

const PAGE = `<!doctype html><link rel="icon" href="data:,"><link rel="stylesheet" href="dist/o.css">
<body><script src="dist/o.js"></script>`;

it('[R3] esbuild --watch, started after the page, into a folder that git ignores: each build shows', async () => {
  const { folder, write } = makeFolder({
    '.gitignore': 'dist/\n',
    'index.html': PAGE,
    'src/o.css': 'body { color: rgb(1, 1, 1) }',
    'src/o.js': 'document.title = "one";',
  });
  const tool = await startReload({ folder });
  const tab = await openTab(await chromiumBrowser.getContext(), tool.url);
  const color = (): Promise<string> => tab.page.evaluate(() => getComputedStyle(document.body).color);
  expect(await color()).toBe('rgb(0, 0, 0)');

  const entries = ['o.css', 'o.js'].map((name) => join(folder, 'src', name));
  const options = { entryPoints: entries, outdir: join(folder, 'dist') };
  const code = `require(${JSON.stringify(resolve('esbuild'))}).context(${JSON.stringify(options)}).then((one) => one.watch())`;
  startFamily(process.execPath, ['-e', code], { cwd: folder });
  await vi.waitFor(async () => expect(await color()).toBe('rgb(1, 1, 1)'), BUILD_TIME);
  await vi.waitFor(async () => expect(await tab.page.title()).toBe('one'), BUILD_TIME);

  let last = '';
  await untilInPlace(tab, async (value) => {
    last = `rgb(${value}, 2, 2)`;
    write('src/o.css', `body { color: ${last} }`);
    await vi.waitFor(async () => expect(await color()).toBe(last), BUILD_TIME);
  });
  write('src/o.js', 'document.title = "two";');
  await vi.waitFor(async () => expect(await tab.page.title()).toBe('two'), BUILD_TIME);
  expect(await color()).toBe(last);
});

const WATCHED_PAGE = `<!doctype html><link rel="icon" href="data:,">
<link rel="stylesheet" href="dist/tailwind.css"><link rel="stylesheet" href="dist/sass.css">
<body class="text-first"><script type="module" src="dist/vite.js"></script>`;
const THEME = '@theme { --color-first: rgb(1, 1, 1); --color-second: rgb(2, 2, 2) }';
const VITE_CONFIG = `export default { build: { emptyOutDir: false, rollupOptions: {
  input: 'src/vite.js', output: { entryFileNames: '[name].js' } } } }`;

it('[R3] Tailwind, Sass and Vite, started after the page, into a folder that git ignores: each build shows', async () => {
  const { folder, write } = makeFolder({
    '.gitignore': 'dist/\n',
    'index.html': WATCHED_PAGE,
    'package.json': '{ "type": "module" }',
    'src/tailwind.css': `@tailwind utilities source(none); @source "../index.html"; ${THEME}`,
    'src/_width.scss': '$width: 1px;',
    'src/sass.scss': '@use "width"; body { border-width: width.$width; border-style: solid }',
    'src/title.js': 'export default "one";',
    'src/vite.js': 'import title from "./title.js"; document.title = title;',
    'vite.config.js': VITE_CONFIG,
  });
  const tool = await startReload({ folder });
  const tab = await openTab(await chromiumBrowser.getContext(), tool.url);
  const shown = (): Promise<string[]> =>
    tab.page.evaluate(() => {
      const { color, borderTopWidth } = getComputedStyle(document.body);
      return [color, borderTopWidth, document.title];
    });
  expect(await shown()).toEqual(['rgb(0, 0, 0)', '0px', '']);

  const start = (program: string, ...args: string[]): void =>
    void startFamily(process.execPath, [program, ...args], { cwd: folder });
  const tailwind = join(dirname(resolve('@tailwindcss/cli/package.json')), 'dist/index.mjs');
  start(tailwind, '-i', 'src/tailwind.css', '-o', 'dist/tailwind.css', '--watch=always');
  start(join(dirname(resolve('sass')), 'sass.js'), '--watch', 'src/sass.scss:dist/sass.css');
  start(vite, 'build', '--watch');
  await vi.waitFor(async () => expect(await shown()).toEqual(['rgb(1, 1, 1)', '1px', 'one']), BUILD_TIME);

  const saveUntilShown = (name: string, text: string, expected: string[]): Promise<void> =>
    saveUntil((blank) => write(name, text + blank), shown, expected);
  let width = '';
  const loads = await untilInPlace(tab, (value) => {
    width = `${value}px`;
    return saveUntilShown('src/_width.scss', `$width: ${width};`, ['rgb(1, 1, 1)', width, 'one']);
  });
  const second = WATCHED_PAGE.replace('text-first', 'text-second');
  await saveUntilShown('index.html', second, ['rgb(2, 2, 2)', width, 'one']);
  expect(tab.loads()).toBe(loads);
  await saveUntilShown('src/title.js', 'export default "two";', ['rgb(2, 2, 2)', width, 'two']);
  expect(tab.problems).toEqual([]);
});

it('[R4] the server of Vite behind --proxy: it updates its modules in place, and the tool reloads for other files', async () => {
  const { folder, write } = makeFolder({
    'client/index.html':
      '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/src/app.js"></script>',
    'client/package.json': '{}',
    'client/src/app.css': 'body { color: rgb(1, 1, 1) }',
    'client/src/app.js': 'import "./app.css"; import title from "./title.js"; document.title = title;',
    'client/src/title.js': `export default "one"; import.meta.hot.accept((next) => (document.title = next.default));`,
    'page.php': 'one',
  });
  const port = await freePort();
  startFamily(process.execPath, [vite, '--host', '127.0.0.1', '--port', String(port), '--strictPort'], {
    cwd: join(folder, 'client'),
  });
  const backend = `http://127.0.0.1:${port}`;
  await vi.waitFor(async () => expect((await fetch(backend)).status).toBe(200), BUILD_TIME);
  const tool = await startReload({ proxy: backend, watch: [folder] });
  await tool.read;
  const tab = await openTab(await chromiumBrowser.getContext(), tool.url);
  const shown = (): Promise<string[]> =>
    tab.page.evaluate(() => [getComputedStyle(document.body).color, document.title]);
  await vi.waitFor(async () => expect(await shown()).toEqual(['rgb(1, 1, 1)', 'one']), BUILD_TIME);
  const connected = tab.page.waitForEvent('console', (message) => message.text() === '[vite] connected.');
  await tab.page.reload();
  await connected;

  const loads = tab.loads();
  const style = 'body { color: rgb(2, 2, 2) }';
  await saveUntil((blank) => write('client/src/app.css', style + blank), shown, ['rgb(2, 2, 2)', 'one']);
  const title = 'export default "two"; import.meta.hot.accept((next) => (document.title = next.default));';
  await saveUntil((blank) => write('client/src/title.js', title + blank), shown, ['rgb(2, 2, 2)', 'two']);
  await vi.waitFor(() => expect(tool.skipped.flatMap(({ files }) => files)).toContain('client/src/title.js'));
  expect([tab.loads(), tool.updates]).toEqual([loads, []]);

  write('page.php', 'two');
  await vi.waitFor(() => expect(tool.updates.map(({ files }) => files)).toEqual([['page.php']]));
  await vi.waitFor(() => expect(tab.loads()).toBe(loads + 1));
  expect(tab.problems).toEqual([]);
});
