import { describe, expect, it, vi } from 'vitest';
import { BotDetector } from '../../src/io/admission/bot-detector.ts';
import { startCounter } from '../helpers/counter.ts';
import { inEachEngine } from '../helpers/engines.ts';
import { openEvents } from '../helpers/event-client.ts';
import { openPage } from '../helpers/page.ts';
import { userAgents } from '../helpers/user-agents.ts';

const { browser: BROWSER, crawler: CRAWLER, headless: HEADLESS } = userAgents;
const origin = 'https://a.example';

describe('the detector of bots', () => {
  it('[C11] knows crawlers and headless browsers by their User-Agent, and no browsers of visitors', () => {
    const detector = new BotDetector();
    for (const userAgent of [CRAWLER, HEADLESS, CRAWLER]) expect(detector.isBot(userAgent)).toBe(true);
    for (const userAgent of [BROWSER, 'node-XMLHttpRequest', '', undefined])
      expect(detector.isBot(userAgent)).toBe(false);
  });

  it('[C11] remembers a limited number of answers, and none of long texts', () => {
    const detector = new BotDetector();
    expect(detector.isBot(CRAWLER + 'x'.repeat(10_000))).toBe(true);
    expect(detector.size).toBe(0);
    for (let version = 0; version < 3_000; version++) detector.isBot(`${BROWSER}.${version}`);
    expect(detector.size).toBeLessThanOrEqual(1_000);
    expect(detector.isBot(CRAWLER)).toBe(true);
  });
});

inEachEngine('crawlers', (start) => {
  const open = (url: string, agent: string) => openPage(url, { origin, headers: { 'user-agent': agent } });

  it('[C11] are rejected in HTTP, and counted apart', async () => {
    const { counter, url } = await start();
    const { data, message } = await open(url, CRAWLER).rejection();
    expect([data, message]).toEqual([undefined, 'websocket error']);
    await open(url, BROWSER).receives(1);
    expect(counter.stats().rejected).toEqual({ bot: 1 });
    expect(counter.total('a.example')).toBe(1);
  });

  it('[C11] are counted with countBots', async () => {
    const { counter, url } = await start({ countBots: true });
    await open(url, CRAWLER).receives(1);
    expect(counter.stats().rejected).toEqual({});
  });
});

it('[C11] crawlers receive a 403 instead of a stream', async () => {
  const { counter, url } = await startCounter();
  const client = openEvents(url, 'join=1', { headers: { origin, 'user-agent': CRAWLER } });
  expect((await client.response()).statusCode).toBe(403);
  await vi.waitFor(() => expect(counter.stats().rejected).toEqual({ bot: 1 }));
});
