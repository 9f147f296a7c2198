import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { chromiumBrowser, takePage } from '../helpers/browsers.ts';
import { freePort } from '../helpers/free-port.ts';
import { needPhp } from '../helpers/php.ts';
import { startFamily, type Family } from '../helpers/processes.ts';
import { makeFolder } from '../helpers/reload-tool.ts';
import { visit } from '../helpers/visitor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `npm start` on free ports, and waits until it has printed its addresses. */
async function npmStart() {
  const [port, sitePort] = [await freePort(), await freePort()];
  const family = startFamily('npm', ['start'], {
    cwd: root,
    env: { PORT: String(port), SITE_PORT: String(sitePort) },
  });
  await vi.waitFor(() => expect(family.output()).toContain(`http://localhost:${port}/`), 60_000);
  return { ...family, port, sitePort };
}

describe('the PHP example', () => {
  it('[R1] answers as often as it is asked, and leaves no process behind', async () => {
    needPhp();
    const port = await freePort();
    const family = startFamily(process.execPath, ['main.js'], {
      cwd: `${root}/examples/live-reload-php`,
      env: { PORT: String(port), XDG_CACHE_HOME: makeFolder().folder },
    });
    await vi.waitFor(() => expect(family.output()).toContain('http://localhost:'));
    const url = /http:\S+/.exec(family.output())![0];
    // The example does not wait for PHP.
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200));
    // PHP writes a line for each request: they must not fill a pipe that is not read.
    for (let times = 0; times < 1_000; times++) {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      expect(await response.text()).toContain('Tide table');
    }
    const ended = once(family.child, 'close');
    family.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await vi.waitFor(() => expect(family.alive()).toEqual([]));
  });
});

describe('npm start', () => {
  it('[C1] shows the total of each site, in the pages and in the terminal', async () => {
    const { output, sitePort } = await npmStart();
    const context = await chromiumBrowser.getContext();
    const hosts = ['localhost', 'localhost', '127.0.0.1', 'harbour.localhost'];
    const tabs = await Promise.all(hosts.map((host) => visit(context, `http://${host}:${sitePort}/`)));
    await Promise.all([2, 2, 1, 1].map((total, index) => tabs[index]!.sees(total)));
    for (const site of ['localhost 2', '127.0.0.1 1', 'harbour.localhost 1']) {
      await vi.waitFor(() => expect(output()).toContain(site));
    }
    await tabs[0]!.page.close();
    await tabs[1]!.sees(1);
    for (const { problems } of tabs) expect(problems).toEqual([]);
  });

  it('[D1] prints a link to a dashboard with simulated visitors, whose number the page changes', async () => {
    const { output, sitePort } = await npmStart();
    const link = await vi.waitFor(() => /http:\S+\/dashboard\/login\?token=\S+/.exec(output())![0]);
    const context = await chromiumBrowser.getContext();
    const dashboard = await takePage(context);
    await dashboard.goto(link);
    await dashboard.getByRole('link', { name: 'harbour-news.example' }).waitFor();
    const looks = /http:\S+\/embed/.exec(output())![0];
    for (const address of [looks, looks.replace('embed', 'v1/sites/localhost')]) {
      expect([address, (await fetch(address)).status]).toEqual([address, 200]);
    }
    const { page } = await visit(context, `http://localhost:${sitePort}/`);
    const slider = page.getByRole('slider', { name: 'Simulated visitors' });
    expect(await slider.inputValue()).toBe('160');
    await slider.fill('0');
    await page.getByText('0', { exact: true }).waitFor();
    const own = await fetch(
      new URL('crowd?visitors=9', (await page.locator('#crowd').getAttribute('data-control')) ?? ''),
      {
        method: 'POST',
        headers: { Origin: 'https://other.example' },
      },
    );
    expect(own.status).toBe(403);
  });

  it('[C4] keeps the number while a visitor goes from page to page', async () => {
    const { sitePort } = await npmStart();
    const context = await chromiumBrowser.getContext();
    const tab = await visit(context, `http://localhost:${sitePort}/`);
    await tab.sees(1);
    const links = await tab.page.$$eval('nav a', (anchors) =>
      anchors.map((anchor) => (anchor as HTMLAnchorElement).href),
    );
    expect(links.length).toBeGreaterThanOrEqual(3);
    for (const link of links) {
      await tab.page.goto(link);
      await tab.sees(1);
      expect(await tab.seen()).toEqual(['1']);
    }
  });

  it.each<[string, (family: Family) => void]>([
    ['SIGTERM to npm', ({ child }) => child.kill('SIGTERM')],
    ['Ctrl-C', ({ interrupt }) => interrupt()],
  ])('[C10] %s leaves no process behind', async (_name, end) => {
    const { port, ...family } = await npmStart();
    expect(family.alive().length).toBeGreaterThan(1);
    end(family);
    await once(family.child, 'exit');
    await vi.waitFor(() => expect(family.alive()).toEqual([]));
    await expect(fetch(`http://localhost:${port}/`)).rejects.toThrow('fetch failed');
  });

  it.each(['PORT', 'SITE_PORT'])('[C11] names a %s in use in one line', async (variable) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const port = String((taken.address() as { port: number }).port);
    const env = { PORT: String(await freePort()), SITE_PORT: String(await freePort()), [variable]: port };
    const { child, output } = startFamily('npm', ['start', '--silent'], { cwd: root, env });
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(output().trim().split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^Port ${port} is in use\\..* ${variable}=\\d+ npm start$`)),
    ]);
  });
});
