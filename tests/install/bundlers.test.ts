import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chromiumBrowser, takePage } from '../helpers/browsers.ts';
import { bundlers, withWebpack } from '../helpers/packed-bundles.ts';
import { startInstalled, startReceiver } from '../helpers/packed-product.ts';
import { checkTypes } from '../helpers/packed-types.ts';
import { createProject, installPacked, type Project } from '../helpers/packed.ts';
import { startSite, type SitePage } from '../helpers/site.ts';

let project: Project;
beforeAll(async () => {
  project = await createProject();
  const frameworks = ['react@19.3.1', 'react-dom@19.3.1', 'vue@3.5.45', 'svelte@5.57.3'];
  const tools = ['typescript@5.9.3', 'webpack@5.113.0', 'webpack-cli@7.3.1', '@types/node@20'];
  await installPacked(project, [...tools, ...frameworks]);
}, 300_000);
afterAll(() => project?.remove());

it.each([...bundlers, ['webpack', withWebpack] as const])(
  '[W3] a page that %s has bundled counts at the installed server',
  async (name, bundle) => {
    const { url, end } = await startInstalled(project, (await startReceiver()).url);
    const source = `import { createCounter } from '@live-online/widget';
      createCounter({ server: ${JSON.stringify(url)} }).subscribe(({ total }) => { document.title = String(total); });`;
    const texts = await bundle(project, `counts-${name}`, source);
    const pages: Record<string, SitePage> = {};
    for (const [path, file] of Object.entries(texts)) pages[`/${path}`] = { file, type: 'text/javascript' };
    const scripts = Object.keys(texts).map((path) => `<script type="module" src="/${path}"></script>`);
    const site = await startSite({ ...pages, '/': scripts.join('') });
    const page = await takePage(await chromiumBrowser.getContext());
    await page.goto(site.at('localhost'));
    await vi.waitFor(async () => expect(await page.title()).toBe('1'));
    expect(await end()).toBe(0);
  },
);

it.each(['bundler', 'node16'] as const)(
  '[C10] its types check under "%s", with TypeScript 5.9',
  async (resolution) => {
    await checkTypes(project, resolution, join(project.folder, 'node_modules', 'typescript'));
  },
  300_000,
);

it('[C10] CommonJS loads each package by require()', async () => {
  const entries = ['server', 'server/testing', 'reload', 'protocol', 'widget', 'widget/svelte'];
  await project.write({
    'use.cjs': `for (const entry of ${JSON.stringify(entries)}) {
      if (Object.keys(require('@live-online/' + entry)).length === 0) throw new Error(entry);
    }
    const counter = require('@live-online/server').createCounterServer({ port: 0, host: '127.0.0.1' });
    counter.listen().then(({ url }) => fetch(url)).then(({ status }) => { console.log(status); return counter.close(); });`,
  });
  expect((await project.run(process.execPath, ['use.cjs'])).trim()).toBe('200');
});
