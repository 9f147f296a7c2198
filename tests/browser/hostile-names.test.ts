import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { inChromiumFirst, takePage } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { dashboardAnswers, fakeSite, type DashboardAnswers } from '../helpers/dashboard-answers.ts';
import { openDashboard } from '../helpers/dashboard-page.ts';

/** Runs code if any part of a page treats it as HTML, an attribute, an address or a template. */
const MARKUP = `"'><img src=x onerror=window.pwned=1><svg onload=window.pwned=2>\${window.pwned=3}{{pwned=4}}`;
const SCRIPT = '</script></title></style><script>window.pwned=5</script>';
const ADDRESS = 'javascript:window.pwned=6//';
const HOSTILE = [MARKUP, SCRIPT, ADDRESS, '__proto__', 'constructor', '\u202Eelpmaxe.live'];

/** Answers of a server whose names, texts and paths are all hostile. */
function hostileAnswers(): DashboardAnswers {
  const answers = dashboardAnswers();
  const texts = JSON.stringify(answers['servers']);
  const servers = JSON.parse(
    texts.replaceAll(/"(?:fra-1|fra-2|ams-1)[^"]*"/g, JSON.stringify(MARKUP)),
  ) as object;
  const webhooks = {
    webhooks: HOSTILE.map((text) => ({
      url: text,
      waiting: 1,
      deliveries: [
        {
          id: text,
          type: text,
          site: text,
          at: new Date().toISOString(),
          status: 'failed',
          attempts: 3,
          lastError: text,
        },
      ],
    })),
  };
  const sites = { sites: HOSTILE.map((name, index) => fakeSite(index, name)) };
  const stats = {
    ...(answers['stats'] as object),
    rejected: { [MARKUP]: 3, constructor: 4 },
    terminated: { [SCRIPT]: 1 },
  };
  const ofSites = HOSTILE.map((site) => {
    const path = `sites/${encodeURIComponent(site)}`;
    const pages = HOSTILE.map((text) => ({ path: `/${text}`, people: 1 }));
    return {
      [path]: { site, people: 1, tabs: 1, stale: false, since: null, peak: { today: null, allTime: null } },
      [`${path}/access`]: { site, isPublic: false },
      [`${path}/pages`]: { site, stale: false, pages, other: 1 },
      [`${path}/history?range=24h`]: { site, range: '24h', stepSeconds: 60, samples: [[60, 1, 1, 1]] },
      [`${path}/events`]: `retry: 600000\nevent: total\nid: 1\ndata: {"people":"${'<b>'}","tabs":1,"stale":false}\n\n`,
    };
  });
  return Object.assign(answers, { sites, servers, webhooks, stats }, ...ofSites) as DashboardAnswers;
}

/** What a page has that no page of the server makes, and what it has run. */
function findingsOf(page: Page): Promise<unknown[]> {
  return page.evaluate(() => [
    (window as { pwned?: unknown }).pwned,
    ({} as Record<string, unknown>)['polluted'],
    ...document.querySelectorAll(
      'img[src=x], [onload], [onerror], script:not([src]), [href^="javascript:"], [src^="javascript:"]',
    ),
  ]);
}
const NOTHING = [undefined, undefined];

inChromiumFirst('hostile names, in $name', (browser) => {
  it('[D3] [SEC50] are text on every page of the dashboard', async () => {
    const { page, problems } = await openDashboard(browser, hostileAnswers(), '#/', {
      ignored: /Failed to load resource/,
    });
    const shows = async (hash: string, text: string): Promise<void> => {
      await page.evaluate((hash) => (location.hash = hash), hash);
      await page.getByText(text).first().waitFor();
      expect([hash, await findingsOf(page)]).toEqual([hash, NOTHING]);
    };
    await shows('#/', MARKUP);
    await shows(`#/sites/${encodeURIComponent(SCRIPT)}`, SCRIPT);
    await shows('#/servers', MARKUP);
    await shows('#/rejections', MARKUP);
    await shows('#/webhooks', SCRIPT);
    await shows(`#/${MARKUP}`, 'There is no such page');
    // Links to pages of a site lead to that site, by http.
    await page.evaluate((hash) => (location.hash = hash), `#/sites/${encodeURIComponent('__proto__')}`);
    await page.getByText(`/${ADDRESS}`).waitFor();
    const schemes = await page
      .locator('a.bar-name')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol));
    expect(new Set(schemes)).toEqual(new Set(['http:']));
    // A policy that stopped something would have written to the console.
    expect(problems).toEqual([]);
  });

  it('[B3] [SEC50] are text on the embed page, in its previews and in its code', async () => {
    const { url } = await startCounter();
    const page = await takePage(await browser.getContext());
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    for (const look of ['element', 'badge', 'frame']) {
      const query = new URLSearchParams({
        look,
        label: MARKUP,
        site: MARKUP,
        position: MARKUP,
        color: '#1a7f37',
        __proto__: '1',
      });
      await page.goto(`${url}embed?${query}`);
      const code = page.locator('#code code');
      await vi.waitFor(async () => expect(await code.textContent()).toContain('window.pwned=1'));
      expect([look, await findingsOf(page)]).toEqual([look, NOTHING]);
      // The code itself has no element that the label has brought.
      const elements = await page.evaluate(() => {
        const text = document.querySelector('#code code')!.textContent;
        const parsed = new DOMParser().parseFromString(text, 'text/html');
        return parsed.querySelectorAll('img[src=x], svg, [onload], [onerror]').length;
      });
      if (look !== 'badge') expect([look, elements]).toEqual([look, 0]);
    }
    for (const look of ['corner', 'element', 'badge', 'frame', 'constructor']) {
      const query = new URLSearchParams({
        look,
        label: MARKUP,
        page: MARKUP,
        style: MARKUP,
        color: MARKUP,
        background: MARKUP,
        number: '7',
      });
      await page.goto(`${url}pages/preview.html?${query}`);
      expect([look, await findingsOf(page)]).toEqual([look, NOTHING]);
    }
  });

  it('[B2] [SEC50] are text in the live badge, and in its title', async () => {
    const { url } = await startCounter({ publicSites: ['public.example'] });
    const page = await takePage(await browser.getContext());
    const query = new URLSearchParams({ label: MARKUP.slice(0, 64) });
    await page.goto(`${url}v1/sites/public.example/badge.html?${query}`);
    await vi.waitFor(async () => expect(await page.title()).toBe(`0 ${MARKUP.slice(0, 64)}`));
    expect(await findingsOf(page)).toEqual(NOTHING);
  });
});
