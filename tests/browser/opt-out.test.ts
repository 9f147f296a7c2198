import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import type { LocWidget } from '@live-online/widget';
import { inChromiumFirst } from '../helpers/browsers.ts';
import { recipe, startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';
import { visit } from '../helpers/visitor.ts';

/** Of these tests alone: the browsers are shared, and keep the cookie. */
const adminToken = 'the-token-of-opt-out-links';

const reasonOf = async (page: Page): Promise<unknown> => {
  const state = await page.evaluate(() => (window as unknown as { locWidget: LocWidget }).locWidget.state);
  return state?.status === 'closed' ? state.reason : state?.status;
};

/** The end of the address of an opt-out link, as the dashboard shows it. */
async function fragmentOf(url: string, site: string): Promise<string> {
  const headers = { Authorization: `Bearer ${adminToken}` };
  const response = await fetch(`${url}v1/sites/${site}/opt-out`, { headers });
  return ((await response.json()) as { fragment: string }).fragment;
}

inChromiumFirst('an opt-out link in $name', ({ getContext }) => {
  // The counter is of another site than the pages, and of the same one.
  it.each(['127.0.0.1', 'localhost'])(
    '[O1] leaves the browser out of the count of its site, by a counter at %s',
    async (counterHost) => {
      const { counter, port } = await startCounter({ adminToken });
      const url = `http://${counterHost}:${port}/`;
      const site = await startSite({
        '/': recipe(url),
        '/people': `<script src="${url}" data-count="people"></script>`,
      });
      const context = await getContext();
      const fragment = await fragmentOf(url, 'localhost');
      const forged = await visit(context, `${site.at('localhost')}#live-online=1.${'a'.repeat(43)}`);
      await forged.sees(1);
      const left = await visit(context, site.at('localhost') + fragment);
      await vi.waitFor(async () => expect(await reasonOf(left.page)).toBe('opted-out'));
      expect(left.page.url()).toBe(site.at('localhost'));
      expect(await left.page.locator('#_loc').count()).toBe(0);
      for (const path of ['/', '/people']) {
        const next = await visit(context, site.at('localhost', path));
        await vi.waitFor(async () => expect(await reasonOf(next.page)).toBe('opted-out'));
        expect(next.problems).toEqual([]);
      }
      // Another site of the same browser is counted.
      const other = await visit(context, site.at('a.localhost'));
      await other.sees(1);
      await forged.sees(1);
      expect(counter.total('localhost')).toBe(1);
      expect(counter.stats().rejected).toEqual({ 'opted-out': 3 });
      expect(left.problems).toEqual([]);
      await context.clearCookies();
    },
  );
});
