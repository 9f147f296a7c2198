import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { freePort } from '../helpers/free-port.ts';
import { startFamily } from '../helpers/processes.ts';
import { visit } from '../helpers/visitor.ts';

const cwd = fileURLToPath(new URL('../../examples/bundled-app', import.meta.url));

inChromiumFirst('the example bundled-app in $name', ({ getContext }) => {
  it('[W2] [W3] [W6] Vite builds it; element and counter show the number by one connection', async () => {
    const [port, sitePort] = [await freePort(), await freePort()];
    const { output } = startFamily(process.execPath, ['main.js'], {
      cwd,
      env: { PORT: String(port), SITE_PORT: String(sitePort) },
    });
    const url = `http://localhost:${sitePort}/`;
    await vi.waitFor(() => expect(output()).toContain(url), 60_000);
    const { page, problems } = await visit(await getContext(), url);
    const scripts: string[] = [];
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname);
    });
    const shown = (): Promise<unknown[]> =>
      page.evaluate(() => [
        document.querySelector('live-online-counter')?.shadowRoot?.querySelector('[part=total]')
          ?.parentElement?.textContent,
        document.title,
        document.querySelector('output')!.value,
      ]);
    await vi.waitFor(async () => expect(await shown()).toEqual(['1 visitor online', '(1) Night ferry', '1']));
    const second = await visit(await getContext(), url);
    await vi.waitFor(async () =>
      expect(await shown()).toEqual(['2 visitors online', '(2) Night ferry', '2']),
    );
    await second.page.goto('about:blank');
    await vi.waitFor(async () => expect(await shown()).toEqual(['1 visitor online', '(1) Night ferry', '2']));
    await page.selectOption('#language', 'de');
    await vi.waitFor(async () => expect((await shown())[0]).toBe('1 Besucher online'));
    // The texts of one language were loaded.
    expect(scripts).toEqual([expect.stringMatching(/^\/assets\/de-.*\.js$/)]);
    expect(problems).toEqual([]);
  });
});
