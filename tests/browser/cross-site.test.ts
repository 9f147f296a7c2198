import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { createLoginLink } from '@live-online/server';
import { inChromiumFirst, takePage } from '../helpers/browsers.ts';
import { startCounter } from '../helpers/counter.ts';
import { startSite } from '../helpers/site.ts';

const ADMIN_TOKEN = 'a-token-of-20-letters';
const HOST = 'count.site.localhost';

/** What a page of an attacker does to the counter of its visitor, who is signed in there. */
async function attack(counter: string): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  const settle = (name: string, element: HTMLElement): Promise<void> =>
    new Promise((resolve) => {
      for (const event of ['load', 'error']) {
        element.addEventListener(event, () => {
          results[name] = event;
          resolve();
        });
      }
      document.body.append(element);
    });
  const load = (name: string, tag: 'img' | 'script' | 'iframe', path: string): Promise<void> =>
    settle(name, Object.assign(document.createElement(tag), { src: counter + path }));
  const read = async (name: string, path: string, init: RequestInit): Promise<void> => {
    results[name] = await fetch(counter + path, { credentials: 'include', ...init }).then(
      ({ type, status }) => `${type} ${status}`,
      () => 'error',
    );
  };
  /** Sends a form into a frame, and waits for the answer. */
  const submit = async (name: string, path: string, token: string): Promise<void> => {
    const frame = Object.assign(document.createElement('iframe'), { name });
    document.body.append(frame);
    const form = Object.assign(document.createElement('form'), {
      method: 'post',
      action: counter + path,
      target: name,
    });
    form.append(Object.assign(document.createElement('input'), { name: 'token', value: token }));
    document.body.append(form);
    const answered = new Promise((resolve) => frame.addEventListener('load', resolve));
    form.submit();
    await answered;
  };
  await read('sites', 'v1/sites', {});
  await read('token', 'v1/sites/private.example/token', {});
  await read('with a header', 'v1/sites', { headers: { 'X-A': 'b' } });
  await read('drain', 'v1/servers/self/drain', { method: 'POST', mode: 'no-cors' });
  await read('logout', 'dashboard/logout', { method: 'POST', mode: 'no-cors' });
  await submit('logout form', 'dashboard/logout', '');
  await submit('login form', 'dashboard/login', 'wrong');
  const attempts = [0, 1, 2, 3, 4, 5];
  await Promise.all([
    ...attempts.map((times) => load(`link ${times}`, 'img', `dashboard/login?token=wrong-${times}`)),
    load('badge', 'img', 'v1/sites/private.example/badge.svg'),
    load('public badge', 'img', 'v1/sites/public.example/badge.svg'),
    load('script', 'script', 'v1/sites'),
    ...[
      'dashboard/',
      'dashboard/login',
      'embed',
      'pages/preview.html?look=corner',
      'v1/sites/public.example/badge.html',
    ].map((path) => load(path, 'iframe', path)),
  ]);
  results['events'] = await new Promise((resolve) => {
    const events = new EventSource(`${counter}v1/sites/private.example/events`, { withCredentials: true });
    for (const name of ['open', 'error']) {
      events.addEventListener(name, () => {
        events.close();
        resolve(name);
      });
    }
  });
  return results;
}

/** The texts of the frames of a page, by their addresses. */
async function framesOf(page: Page): Promise<string[]> {
  const texts = await Promise.all(
    page
      .frames()
      .slice(1)
      .map((frame) =>
        frame
          .locator('#app, form, .live-badge, .corner')
          .count()
          .catch(() => 0),
      ),
  );
  return page
    .frames()
    .slice(1)
    .flatMap((frame, index) => (texts[index]! > 0 ? [new URL(frame.url()).pathname] : []));
}

inChromiumFirst('a page of an attacker, in $name', ({ name: browser, getContext }) => {
  /** Browsers send the strict cookie from a sibling domain, but not from another site. */
  const origins = [
    ['a sibling domain', 'evil.site.localhost'],
    ['another site', '127.0.0.1'],
    ['another port of the same host', HOST],
  ] as const;
  it.each(browser === 'chromium' ? origins : origins.slice(0, 1))(
    '[D4] [A4] [SEC45] [SEC47] [SEC49] [SEC51] from %s changes and reads nothing',
    async (_name, host) => {
      const { port, counter } = await startCounter({
        adminToken: ADMIN_TOKEN,
        publicSites: ['public.example'],
      });
      const url = `http://${HOST}:${port}/`;
      const site = await startSite({ '/': '<body></body>' });
      const dashboard = await takePage(await getContext());
      await dashboard.goto(createLoginLink(url, ADMIN_TOKEN));
      await dashboard.getByText('Waiting for the first visitor').waitFor();
      // The code is in no entry of the history.
      expect(dashboard.url()).toBe(`${url}dashboard/`);

      const page = await takePage(await getContext());
      await page.goto(site.at(host));
      const results = await page.evaluate(attack, url);
      for (const name of ['sites', 'token', 'with a header', 'badge', 'script', 'events']) {
        expect([name, results[name]]).toEqual([name, 'error']);
      }
      expect(results['public badge']).toBe('load');
      // The frames that show something: a badge may be in any page.
      await vi.waitFor(async () =>
        expect(await framesOf(page)).toEqual(['/v1/sites/public.example/badge.html']),
      );

      await dashboard.reload();
      await dashboard.getByText('Waiting for the first visitor').waitFor();
      expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);
      expect(counter.stats().rejected).toEqual({});
      await dashboard.getByRole('button', { name: 'Sign out' }).click();
      await dashboard.getByLabel('Admin token').fill(ADMIN_TOKEN);
      await dashboard.getByRole('button', { name: 'Sign in' }).click();
      await dashboard.getByText('Waiting for the first visitor').waitFor();
    },
  );
});
