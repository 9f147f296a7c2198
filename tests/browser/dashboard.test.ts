import { describe, expect, it, vi } from 'vitest';
import { chromiumBrowser, inChromiumFirst } from '../helpers/browsers.ts';
import { dashboardAnswers, fakeSite, type DashboardAnswers } from '../helpers/dashboard-answers.ts';
import { expectAccessible, openDashboard, overflowOf } from '../helpers/dashboard-page.ts';

const SITE = 'harbour-news.example';
/** What Chromium writes to the console for a request that the server rejects. */
const FAILED_REQUEST = /Failed to load resource/;
const SITE_HASH = `#/sites/${SITE}`;

inChromiumFirst('the dashboard in $name', (browser) => {
  it('[D7] every page has no finding of axe-core, in light and in dark colours, and fits into 320 px', async () => {
    const { page, problems } = await openDashboard(browser, dashboardAnswers());
    await page.setViewportSize({ width: 1_280, height: 900 });
    const ready: [hash: string, text: string][] = [
      ['#/', SITE],
      [SITE_HASH, '/timetable'],
      ['#/servers', 'fra-1'],
      ['#/rejections', 'origin-invalid'],
      ['#/webhooks', 'site.threshold'],
      ['#/nothing', 'There is no such page'],
    ];
    for (const [hash, text] of ready) {
      await page.evaluate((hash) => (location.hash = hash), hash);
      await page.getByText(text).first().waitFor();
      await expectAccessible(page, hash);
      await page.setViewportSize({ width: 320, height: 700 });
      expect([hash, await overflowOf(page)]).toEqual([hash, 0]);
      await page.setViewportSize({ width: 1_280, height: 900 });
    }
    expect(problems).toEqual([]);
  });

  it('[D8] states without figures say what is the case, and have no finding of axe-core', async () => {
    const answers: DashboardAnswers = {
      sites: { sites: [] },
      webhooks: { webhooks: [] },
      servers: { servers: [] },
    };
    const { page, problems } = await openDashboard(browser, answers, '#/', { ignored: FAILED_REQUEST });
    const show = async (hash: string, text: string): Promise<void> => {
      await page.evaluate((hash) => (location.hash = hash), hash);
      await page.getByText(text).first().waitFor();
      await expectAccessible(page, `${hash}: ${text}`);
    };
    await show('#/', 'Waiting for the first visitor');
    await show('#/webhooks', 'No webhooks yet');
    await show('#/servers', 'No server has reported yet');
    await show('#/sites/unknown.example', 'This site is not counted here');
    answers['stats'] = 500;
    await show('#/rejections', 'The server has answered with an error');
    answers['sites'] = -1;
    await show('#/', 'The server cannot be reached');
    expect(problems).toEqual([]);
  });

  it('[D8] while requests fail the last figures stay, and come back by themselves', async () => {
    const answers = dashboardAnswers();
    const { page } = await openDashboard(browser, answers);
    await page.getByText(SITE).waitFor();
    const { sites } = answers;
    answers['sites'] = -1;
    await page.getByText('Offline.').waitFor();
    expect(await page.getByText(SITE).isVisible()).toBe(true);
    await expectAccessible(page, 'offline');
    // It still fails, so that the button is there to be clicked.
    await page.getByRole('button', { name: 'Try now' }).click();
    answers['sites'] = sites!;
    await page.getByText('Offline.').waitFor({ state: 'detached' });
  });

  it('[D10] a private site: no page writes an error, and its token is shown when it is asked for', async () => {
    const { page, problems, url } = await openDashboard(browser, undefined);
    const shown: [hash: string, text: string][] = [
      ['#/', 'Waiting for the first visitor'],
      ['#/servers', 'Event loop'],
      ['#/rejections', 'Rejections'],
      ['#/webhooks', 'No webhooks yet'],
      ['#/sites/private.example', 'The HTTP API and the badge need a token.'],
    ];
    for (const [hash, text] of shown) {
      await page.evaluate((hash) => (location.hash = hash), hash);
      await page.getByText(text).first().waitFor();
    }
    await page.getByRole('radio', { name: 'Badge' }).check();
    await page.getByAltText('Badge of private.example').waitFor();
    expect(await page.getByRole('button', { name: 'Copy token' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Show token' }).click();
    await page.getByRole('button', { name: 'Copy token' }).waitFor();
    const token = await page.getByText(/^[\w-]{43}$/).textContent();
    const answer = await fetch(`${url}v1/sites/private.example`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    await page.getByRole('button', { name: 'Make a link' }).click();
    await page.getByText(/^https:\/\/private\.example\/#live-online=\d+\.[\w-]{43}$/).waitFor();
    await expectAccessible(page, 'private site');
    await page.getByRole('button', { name: 'Hide' }).first().click();
    await page.getByRole('button', { name: 'Show token' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('[D9] ten thousand sites: few rows are in the document, and the keyboard reaches all', async () => {
    const { page } = await openDashboard(browser, dashboardAnswers(10_000));
    await page.setViewportSize({ width: 1_280, height: 900 });
    const rows = page.locator('.sites-body [role=row]');
    await page.getByText('10,000 sites').waitFor();
    expect(await rows.count()).toBeLessThan(60);
    await page.getByRole('link', { name: SITE }).focus();
    await page.keyboard.press('ArrowDown');
    await vi.waitFor(async () => {
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('docs.lighthouse.example');
    });
    await page.keyboard.press('End');
    await vi.waitFor(async () => {
      const row = page.locator('[role=row]:focus-within');
      expect(await row.getAttribute('aria-rowindex')).toBe('10001');
    });
    expect(await rows.count()).toBeLessThan(60);
    await page.keyboard.press('/');
    await page.keyboard.type('site-7777');
    await page.getByText('1 of 10,000 sites').waitFor();
    expect(await rows.allTextContents()).toEqual([expect.stringContaining('site-7777.example')]);
  });

  it('[D7] one site: chart with zoom by keyboard, table, and pages', async () => {
    const { page, problems } = await openDashboard(browser, dashboardAnswers(), SITE_HASH);
    await page.getByText('1,318').first().waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const chart = page.getByRole('img', { name: /People in the last 15 minutes: between/ });
    await chart.waitFor();
    const all = page.getByRole('button', { name: 'Show all', exact: true });
    expect(await all.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('button', { name: 'Zoom in' }).press('Enter');
    await vi.waitFor(async () => expect(await all.getAttribute('aria-disabled')).toBe('false'));
    await all.press('Enter');
    await vi.waitFor(async () => expect(await all.getAttribute('aria-disabled')).toBe('true'));
    await page.getByRole('radio', { name: '24 h' }).check();
    await page.getByRole('img', { name: /the last 24 hours/ }).waitFor();
    await page.getByRole('radio', { name: '15 min' }).check();
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await page.getByRole('region', { name: 'Samples' }).getByRole('row').count()).toBe(16);
    await expectAccessible(page, 'table');
    await page.getByRole('button', { name: 'Show all 12 pages' }).click();
    await page.getByRole('link', { name: '/crossword' }).waitFor();
    expect(problems).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('[D7] a server is drained after a question, which Escape cancels', async () => {
    const answers = dashboardAnswers();
    const { page } = await openDashboard(chromiumBrowser, answers, '#/servers');
    const drains: string[] = [];
    await page.route('**/v1/servers/*/drain', (route) => {
      drains.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
      return route.fulfill({ status: 202 });
    });
    const open = page.getByRole('button', { name: 'Drain fra-2' });
    await open.click();
    await page.getByRole('dialog', { name: 'Drain fra-2?' }).waitFor();
    await expectAccessible(page, 'dialog');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await open.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(drains).toEqual([]);
    await open.click();
    await page.getByRole('button', { name: 'Drain server' }).click();
    await page.getByText('fra-2 drains').waitFor();
    expect(drains).toEqual(['POST /v1/servers/fra-2/drain']);
  });

  it('[D8] pins, order and colours stay with this browser; figures that may be old are marked', async () => {
    const stale = { ...fakeSite(3), stale: true };
    const answers = { sites: { sites: [fakeSite(0), fakeSite(1), stale] } };
    const { page } = await openDashboard(chromiumBrowser, answers);
    await page.getByText('may be old', { exact: true }).waitFor();
    await page.getByRole('button', { name: `Pin ${stale.site}` }).click();
    await page.getByRole('button', { name: /^Colours: System/ }).click();
    await page.reload();
    await page.getByText(stale.site).waitFor();
    expect(await page.locator('.site-link').allTextContents()).toEqual([
      stale.site,
      fakeSite(0).site,
      fakeSite(1).site,
    ]);
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light');
    await page.evaluate(() => localStorage.clear());
  });

  it('[D1] the form signs in, says why it does not, and a session that has ended leads to it', async () => {
    const answers = dashboardAnswers();
    const { page, url } = await openDashboard(chromiumBrowser, answers);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is not the admin token.').waitFor();
    await expectAccessible(page, 'login');
    await page.getByLabel('Admin token').fill('a-token-of-20-letters');
    await page.keyboard.press('Enter');
    await page.getByText(SITE).waitFor();
    expect(page.url()).toBe(`${url}dashboard/`);
    answers['sites'] = 403;
    await page.waitForURL(`${url}dashboard/login`);
  });
});
