import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { chromiumBrowser } from '../../helpers/browsers.ts';
import { freePort } from '../../helpers/free-port.ts';
import { readSnippets, runProgram, snippetUnder } from '../../helpers/readme.ts';
import { makeFolder, openTab } from '../../helpers/reload-tool.ts';

const snippets = readSnippets('docs/reload-backends.md');
const reloadFolder = fileURLToPath(new URL('../../../packages/reload', import.meta.url));
const { resolve } = createRequire(join(reloadFolder, 'package.json'));
const PAGE = '<!doctype html><link rel="icon" href="data:,"><h1>one</h1><script src="app.js"></script>';

it('[R1] docs/reload-backends.md, esbuild: a save builds, and the page reloads with the output', async () => {
  const { folder, write } = makeFolder({
    'src/app.js': 'document.title = "one";',
    'public/index.html': PAGE,
  });
  const code = snippetUnder(snippets, 'esbuild', 'js')
    .replace("'src/app.js'", JSON.stringify(join(folder, 'src/app.js')))
    .replace("'public/app.js'", JSON.stringify(join(folder, 'public/app.js')))
    .replace("folder: 'public'", `port: 0, folder: ${JSON.stringify(join(folder, 'public'))}`);
  const { output } = await runProgram(code, { cwd: reloadFolder });
  const url = await vi.waitFor(() => {
    expect(output()).toMatch(/^http:\S+\n/m);
    return output().trim();
  });
  const tab = await openTab(await chromiumBrowser.getContext(), url);
  await vi.waitFor(async () => expect(await tab.page.title()).toBe('one'));
  write('src/app.js', 'document.title = "two";');
  await vi.waitFor(async () => expect(await tab.page.title()).toBe('two'), { timeout: 30_000 });
});

it('[R1] docs/reload-backends.md, Eleventy: its server with the middleware updates the page', async () => {
  const { folder, write } = makeFolder({ 'index.html': PAGE, 'app.js': '' });
  const port = await freePort();
  const config = snippetUnder(snippets, 'Eleventy', 'js')
    .replaceAll("'_site'", JSON.stringify(folder))
    .replace('export default ', '');
  const server = JSON.stringify(resolve('@11ty/eleventy-dev-server'));
  await runProgram(
    `${config}
import EleventyDevServer from ${server};
configure({
  setServerOptions(options) {
    EleventyDevServer.getServer('test', ${JSON.stringify(folder)}, options).serve(${port});
  },
});`,
    { cwd: reloadFolder },
  );
  const url = `http://localhost:${port}/`;
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), { timeout: 30_000 });
  const tab = await openTab(await chromiumBrowser.getContext(), url);
  expect(await (await fetch(url)).text()).not.toContain('.11ty');
  write('index.html', PAGE.replace('one', 'two'));
  await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('two'), { timeout: 30_000 });
});
