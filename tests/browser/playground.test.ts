import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPageServer } from '../../examples/common/page-server.js';
import { needRedis } from '../../packages/server/test/helpers/redis.ts';
import { chromiumBrowser } from '../helpers/browsers.ts';
import { freePort } from '../helpers/free-port.ts';
import { startFamily } from '../helpers/processes.ts';
import { makeFolder } from '../helpers/reload-tool.ts';
import { visit } from '../helpers/visitor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `npm run playground` on free ports, and waits until it has printed its addresses. */
async function startPlayground(env: Record<string, string> = {}) {
  const [port, sitePort] = [await freePort(), await freePort()];
  const family = startFamily('npm', ['run', 'playground', '--silent'], {
    cwd: root,
    env: { PORT: String(port), SITE_PORT: String(sitePort), ...env },
  });
  await vi.waitFor(() => expect(family.output()).toContain('Ctrl-C ends everything'), 60_000);
  const rows = family.output().matchAll(/^ {2}(\S.*?) {2,}(\w+:\/\/\S+)$/gm);
  const addresses = Object.fromEntries([...rows].map(([, name, address]) => [name!, address!]));
  return { ...family, addresses };
}

/** Waits until the pages at each server show these totals. */
function showTotals(page: Page, totals: Record<string, number[]>): Promise<void> {
  const shown = async (server: string): Promise<number[]> => {
    const frames = page.frames().filter((frame) => frame.url().endsWith(`/${server}.html`));
    return Promise.all(frames.map(async (frame) => Number(await frame.locator('#_loc').textContent())));
  };
  return vi.waitFor(async () => {
    for (const [server, expected] of Object.entries(totals)) expect(await shown(server)).toEqual(expected);
  });
}

describe('the pages of an example', () => {
  it('[C10] replace each port once, also if the new text is the old text of another replacement', async () => {
    const { folder } = makeFolder({ 'index.html': 'http://localhost:8081/ http://localhost:8080/' });
    const replacements: [string, string][] = [
      ['localhost:8081', 'localhost:8080'],
      [':8080/', ':8090/'],
    ];
    const pages = await createPageServer(folder, { replacements });
    onTestFinished(() => pages.close());
    expect(await (await fetch(pages.url)).text()).toBe('http://localhost:8080/ http://localhost:8090/');
  });

  it('[C10] their server serves no file outside of the folder, and no other host name', async () => {
    const { folder } = makeFolder({ 'page.html': 'inside' });
    const pages = await createPageServer(folder);
    onTestFinished(() => pages.close());
    const status = async (path: string): Promise<number> => (await fetch(`${pages.url}${path}`)).status;
    expect(await status('page.html')).toBe(200);
    expect(await status('base.css')).toBe(200);
    for (const path of ['missing.html', '..%2f..%2fetc%2fpasswd', '%00', '%'])
      expect(await status(path)).toBe(404);
    const other = get({ port: new URL(pages.url).port, headers: { Host: 'example.org' } });
    const [response] = (await once(other, 'response')) as [IncomingMessage];
    expect(response.resume().statusCode).toBe(421);
  });
});

describe('npm run playground', () => {
  it('[S1] adds up two servers, follows a visitor to each, and leaves no process behind', async () => {
    needRedis();
    const { child, addresses, alive, interrupt } = await startPlayground();
    expect(Object.keys(addresses)).toEqual(['pages', 'server a', 'server b', 'Redis']);
    const { page, problems } = await visit(await chromiumBrowser.getContext(), addresses['pages']!);
    await showTotals(page, { a: [2], b: [2] });
    await page.locator('[data-server="b"]').getByText('Add a visitor').click();
    await showTotals(page, { a: [3], b: [3, 3] });
    await page.locator('[data-server="a"]').getByText('Remove one').click();
    await showTotals(page, { a: [], b: [2, 2] });
    expect(problems).toEqual([]);

    expect(alive().length).toBeGreaterThan(1);
    interrupt();
    await once(child, 'exit');
    await vi.waitFor(() => expect(alive()).toEqual([]));
    // Redis overwrites its environment, which marks the processes of a command. Its port shows that it has ended.
    for (const address of Object.values(addresses)) {
      const refused = { cause: { code: 'ECONNREFUSED' } };
      await expect(fetch(`http://${new URL(address).host}/`)).rejects.toMatchObject(refused);
    }
  });

  it('[S1] runs one server where Redis is missing, prints a warning, and ends with its parent', async () => {
    const { child, addresses, alive, output } = await startPlayground({ WITHOUT: 'Redis' });
    expect(output()).toMatch(/^redis-server is not installed, .* only one counter server.* install .*redis/);
    expect(Object.keys(addresses)).toEqual(['pages', 'server a']);
    const { page, problems } = await visit(await chromiumBrowser.getContext(), addresses['pages']!);
    await showTotals(page, { a: [1], b: [] });
    expect(await page.locator('[data-server="b"]').isVisible()).toBe(false);
    expect(problems).toEqual([]);

    child.kill('SIGTERM');
    await once(child, 'exit');
    await vi.waitFor(() => expect(alive()).toEqual([]));
  });
});
