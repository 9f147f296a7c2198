import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chromiumBrowser, takePage } from '../helpers/browsers.ts';
import { freePort } from '../helpers/free-port.ts';
import { createProject, installPacked, type Project } from '../helpers/packed.ts';
import { startFamily } from '../helpers/processes.ts';
import { loopbackOrigins, readSnippets, snippetUnder } from '../helpers/readme.ts';
import { visit } from '../helpers/visitor.ts';

const snippets = readSnippets('packages/server/README.md');
const reloadSnippets = readSnippets('packages/reload/README.md');

let project: Project;
beforeAll(async () => {
  project = await createProject();
  await installPacked(project, ['next@16.4.6', 'react@19.3.1', 'react-dom@19.3.1']);
}, 180_000);
afterAll(() => project?.remove());

it('[C10] the README’s code under “Next.js” counts over WebSocket, and hot reload keeps its own WebSocket', async () => {
  const port = await freePort();
  await project.write({
    'server.js': snippetUnder(snippets, 'Next.js', 'js').replace('3000', String(port)),
    'app/layout.js': snippetUnder(snippets, 'Next.js', 'jsx'),
    'app/page.js': 'export default () => <main>Hello</main>;',
  });
  startFamily(process.execPath, [join(project.folder, 'server.js')], {
    cwd: project.folder,
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'development' },
  });
  // Next.js compiles the page at its first request.
  const first = `http://localhost:${port}/`;
  await vi.waitFor(async () => expect((await fetch(first)).status).toBe(200), 90_000);
  for (const origin of [...loopbackOrigins(port), `http://localhost:${port}`]) {
    expect(await (await fetch(`${origin}/live-online/`)).text()).toContain('locWidget');
    const tab = await visit(await chromiumBrowser.getContext(), `${origin}/`);
    await tab.sees(1);
    expect(await tab.page.textContent('main')).toBe('Hello');
    const host = new URL(origin).host;
    const paths = origin.includes('localhost')
      ? ['/live-online/socket.io/', '/_next/']
      : ['/live-online/socket.io/'];
    for (const path of paths) {
      // The first number may come with the script's own response, before the socket.
      await vi.waitFor(() => expect([...tab.sockets]).toContainEqual(expect.stringContaining(host + path)));
    }
  }
});

it('[W3] a component that Next.js renders and bundles counts by the hook for React', async () => {
  const port = await freePort();
  await project.write({
    'server.js': snippetUnder(snippets, 'Next.js', 'js').replace('3000', String(port)),
    'app/layout.js': 'export default ({ children }) => <html><body>{children}</body></html>;',
    // Next.js renders it on the server, too, which has no `location`.
    'app/page.js': `'use client';
      import { useOnlineCount } from '@live-online/widget/react';
      const server = typeof location === 'object' ? location.origin + '/live-online/' : 'http://localhost/';
      export default () => <output>{useOnlineCount({ server }).total}</output>;`,
  });
  startFamily(process.execPath, [join(project.folder, 'server.js')], {
    cwd: project.folder,
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'development' },
  });
  const url = `http://localhost:${port}/`;
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), 120_000);
  const page = await takePage(await chromiumBrowser.getContext());
  await page.goto(url, { timeout: 120_000 });
  await vi.waitFor(async () => expect(await page.textContent('output')).toBe('1'), 120_000);
}, 300_000);

it('[R1] the README’s code of the reload tool under “Next.js” refreshes the page', async () => {
  const port = await freePort();
  await project.write({
    'reload.js': snippetUnder(reloadSnippets, 'Next.js', 'js').replace('3000', String(port)),
    'content/a.md': '1',
    'app/layout.js': 'export default ({ children }) => <html><body>{children}</body></html>;',
    'app/page.js': 'export default () => <main>Hello</main>;',
  });
  startFamily(process.execPath, [join(project.folder, 'reload.js')], {
    cwd: project.folder,
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'development' },
  });
  const url = `http://localhost:${port}/`;
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), 90_000);
  const page = await takePage(await chromiumBrowser.getContext());
  let loads = 0;
  page.on('load', () => loads++);
  await page.goto(url);
  // A save from before the page has connected does not reload it.
  let save = 1;
  const reloaded = async (): Promise<void> => {
    await project.write({ 'content/a.md': String(save++) });
    expect(loads).toBeGreaterThan(1);
  };
  await vi.waitFor(reloaded, { timeout: 60_000, interval: 1_000 });
  expect(await page.textContent('main')).toBe('Hello');
});
