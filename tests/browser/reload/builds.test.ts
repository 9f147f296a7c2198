import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { chromiumBrowser } from '../../helpers/browsers.ts';
import { startFamily } from '../../helpers/processes.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

const { resolve } = createRequire(import.meta.url);
const BUILD_TIME = { timeout: 30_000 };

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

  const loads = tab.loads();
  write('src/o.css', 'body { color: rgb(2, 2, 2) }');
  await vi.waitFor(async () => expect(await color()).toBe('rgb(2, 2, 2)'), BUILD_TIME);
  expect(tab.loads()).toBe(loads);
  write('src/o.js', 'document.title = "two";');
  await vi.waitFor(async () => expect(await tab.page.title()).toBe('two'), BUILD_TIME);
  expect(await color()).toBe('rgb(2, 2, 2)');
});
