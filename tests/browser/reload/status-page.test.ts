import { expect, it, vi } from 'vitest';
import { axeViolations } from '../../helpers/axe-violations.ts';
import { inChromiumFirst, takePage } from '../../helpers/browsers.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

const HOSTILE = '<u onclick>.js';

inChromiumFirst('the page of the status in $name', ({ getContext, name }) => {
  it('[R21] shows devices, responses and updates as they come, on every screen and in both colours', async () => {
    const { folder, write } = makeFolder({
      'index.html': `<!doctype html><title>Test</title><link rel="stylesheet" href="a.css"><script src="app.js"></script>`,
      'a.css': 'p{color:red}',
      'app.js': '',
    });
    const tool = await startReload({ folder });
    const context = await getContext();
    const { page } = await openTab(context, tool.url);
    const status = await takePage(context);
    const problems: string[] = [];
    status.on('pageerror', (error) => problems.push(String(error)));
    await status.goto(new URL('/__live-online/', tool.url).href);
    const shows = (selector: string, text: RegExp) =>
      vi.waitFor(async () => expect(await status.textContent(selector)).toMatch(text));
    await shows('#state', /^Live$/);
    await shows('#devices', name === 'firefox' ? /Firefox on Linux/ : /Chrome on Linux/);
    write('app.js', 'window.changed = 1');
    await shows('#updates', /app\.js.*reloads 1 page \(\d+ ms\).*scripts are not replaced in place/s);
    await page.waitForFunction('window.changed === 1');
    write('a.css', 'p{color:blue}');
    await shows('#updates', /a\.css.*swapped in 1 page/s);
    write(HOSTILE, 'x');
    await shows('#updates', /<u onclick>\.js/);
    await shows('#served', /\/app\.js.*200 · 2 times/s);
    expect(await status.locator('main u').count()).toBe(0);
    // Later, Firefox reports the style sheets that axe-core adds.
    expect(problems).toEqual([]);
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [320, 1280]) {
        await status.emulateMedia({ colorScheme });
        await status.setViewportSize({ width, height: 800 });
        expect(await status.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      }
      expect(await axeViolations(status)).toEqual([]);
    }
    await tool.stop();
    await shows('#state', /does not respond/);
  });
});
