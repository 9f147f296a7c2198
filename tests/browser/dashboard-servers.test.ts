import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createCounterServer,
  createCounterWorkers,
  createLoginLink,
  type CounterServer,
  type CounterWorkers,
} from '@live-online/server';
import { redisStore } from '@live-online/server/redis';
import { UNTRUSTED_PROXY } from '../../packages/server/src/io/admission/forwarded-headers.ts';
import { openPage } from '../../packages/server/test/helpers/page.ts';
import { startRedis } from '../../packages/server/test/helpers/redis.ts';
import { chromiumBrowser, takePage } from '../helpers/browsers.ts';
import { dashboardAnswers } from '../helpers/dashboard-answers.ts';
import { expectAccessible, openDashboard, overflowOf } from '../helpers/dashboard-page.ts';

const adminToken = 'a-token-of-20-letters';
const options = { port: 0, host: '127.0.0.1', adminToken };
const SITE = 'harbour-news.example';
const patient = { timeout: 20_000 };

async function listen(counter: CounterServer | CounterWorkers): Promise<string> {
  onTestFinished(() => counter.close());
  return (await counter.listen()).url;
}

describe('the dashboard of several servers', () => {
  it('[A12, D8] marks servers that do not answer, and those whose totals may be old', async () => {
    const answers = dashboardAnswers();
    const { servers } = answers['servers'] as { servers: { name: string; stale: boolean }[] };
    servers[1]!.stale = true;
    const { page } = await openDashboard(chromiumBrowser, answers, '#/servers');
    const card = (name: string) => page.locator('.server').filter({ hasText: name });
    await card('ams-1').getByText('does not answer').waitFor(patient);
    await card('fra-2').getByText('totals may be old').waitFor(patient);
    await page.getByText('No answer from ams-1').waitFor(patient);
    await page.getByText('The totals of fra-2 may be old').waitFor(patient);
    expect(await page.locator('.server .tag-warn').count()).toBe(2);
    await expectAccessible(page, 'servers without an answer');
  });

  it('[A12] [C11] shows what is wrong with the reverse proxy of a server', async () => {
    const answers = dashboardAnswers();
    const { servers } = answers['servers'] as { servers: { warnings: string[] }[] };
    servers[1]!.warnings = Object.values(UNTRUSTED_PROXY);
    const { page } = await openDashboard(chromiumBrowser, answers, '#/servers');
    const card = page.locator('.server').filter({ hasText: 'fra-2' });
    for (const warning of Object.values(UNTRUSTED_PROXY)) await card.getByText(warning).waitFor(patient);
    expect(await page.locator('.server .notice').count()).toBe(3);
    await expectAccessible(page, 'warnings of a server');
  });

  it('[A1, A8, A12] each shows the sum of all, lists all, and drains another one', async () => {
    const { url: redisUrl } = await startRedis();
    const start = (name: string) =>
      listen(createCounterServer({ ...options, store: redisStore(redisUrl, { name }) }));
    const redis = { url: redisUrl, name: 'pool' };
    const urls = await Promise.all([
      start('fra'),
      start('ams'),
      listen(createCounterWorkers({ workers: 2, options, redis })),
    ]);
    const [first, , pool] = urls;
    const visitors = [...urls, pool].map((url) => openPage(url, { origin: `https://${SITE}` }));
    await Promise.all(visitors.map((visitor) => visitor.receives(4)));

    const page = await takePage(await chromiumBrowser.getContext());
    for (const url of urls) {
      await page.goto(createLoginLink(url, adminToken));
      await page.goto(`${url}dashboard/#/`);
      const row = page.getByRole('row').filter({ hasText: SITE });
      await row.getByText('4', { exact: true }).first().waitFor(patient);
      await page.evaluate(() => (location.hash = '#/rejections'));
      await page.locator('dl').getByText('4', { exact: true }).waitFor(patient);
      await page.evaluate(() => (location.hash = '#/servers'));
      await expect.poll(() => page.locator('.server h2').count(), patient).toBe(3);
      await page.getByText('All 3 servers exchange').waitFor(patient);
      expect(await page.getByText('answers this page').count()).toBe(1);
    }
    await page.goto(`${first}dashboard/#/servers`);
    const names = page.locator('.server h2');
    await expect
      .poll(
        async () => (await names.allTextContents()).map((name) => name.replace(/-[\da-f]{16}/, '')),
        patient,
      )
      .toEqual(['ams', 'fra', 'pool-primary']);
    await expectAccessible(page, 'servers');
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await overflowOf(page)).toBe(0);
    await page.setViewportSize({ width: 1_280, height: 900 });

    await page.getByRole('button', { name: /^Drain pool-primary/ }).click();
    await page.getByRole('button', { name: 'Drain server' }).click();
    await page.getByText(/pool-primary-[\da-f]{16} drains/).waitFor(patient);
    await expect.poll(() => names.count(), patient).toBe(2);
    await page.getByText('All 2 servers exchange').waitFor(patient);
  });
});
