import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { freePort } from '../helpers/free-port.ts';
import { startFamily } from '../helpers/processes.ts';
import { visit } from '../helpers/visitor.ts';

const cwd = fileURLToPath(new URL('../../examples/server-rendered', import.meta.url));

inChromiumFirst('the example server-rendered in $name', ({ getContext }) => {
  it('[W2] [W3] [W6] the number is in the HTML; hook and element take over by one connection', async () => {
    const port = await freePort();
    const { output } = startFamily(process.execPath, ['main.js'], {
      cwd,
      // React reports what does not fit to a server render only in development.
      env: { SITE_PORT: String(port), NODE_ENV: 'development' },
    });
    const url = `http://localhost:${port}/`;
    await vi.waitFor(() => expect(output()).toContain(url), 60_000);
    const html = async (): Promise<string> => (await fetch(url)).text();
    expect(await html()).toContain('<output class="total">0</output>');

    const { page, problems, warnings } = await visit(await getContext(), url);
    const shown = (): Promise<unknown[]> =>
      page.evaluate(() => [
        document.querySelector('h1')!.textContent,
        document.querySelectorAll('.lit').length,
        document.querySelector('live-online-counter')?.shadowRoot?.querySelector('[part=total]')?.textContent,
      ]);
    await vi.waitFor(async () =>
      expect(await shown()).toEqual(['1 person is aboard the night ferry', 1, '1']),
    );
    expect(await html()).toContain('<live-online-counter server="/live-online/">1 online');

    const second = await visit(await getContext(), url);
    await vi.waitFor(async () =>
      expect(await shown()).toEqual(['2 people are aboard the night ferry', 2, '2']),
    );
    expect(await html()).toContain('data-total="2"');

    // A load that begins with 2, so that the browser's first render has the number of the server.
    await page.reload();
    const status = page.locator('.status');
    await vi.waitFor(async () => expect(await status.getAttribute('data-status')).toBe('live'));
    // Each connection would be counted, so that a third one would show.
    await vi.waitFor(async () =>
      expect(await shown()).toEqual(['2 people are aboard the night ferry', 2, '2']),
    );
    expect([...problems, ...warnings, ...second.problems, ...second.warnings]).toEqual([]);
  });
});
