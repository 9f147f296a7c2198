import { createServer } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import { makeFolder, openTab, startReload } from '../../helpers/reload-tool.ts';

const html =
  '<!doctype html><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,"><h1>one</h1>';

inChromiumFirst('a page without its server, in $name', ({ getContext }) => {
  async function open() {
    const { folder } = makeFolder({ 'index.html': html });
    const tool = await startReload({ folder });
    const context = await getContext();
    const tab = await openTab(context, tool.url);
    return { tool, tab };
  }

  it('[R6] probes it at growing intervals', async () => {
    const { tool, tab } = await open();
    let requests = 0;
    let errors = 0;
    tab.page.on('request', () => requests++);
    tab.page.on('console', () => errors++);
    await tool.stop();
    await vi.waitFor(() => expect(requests).toBeGreaterThan(0));
    await delay(10_500);
    expect(requests).toBeLessThan(110);
    expect(errors).toBeLessThan(110);
    [requests, errors] = [0, 0];
    await delay(3_000);
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThan(10);
    expect(errors).toBeLessThan(10);
  });

  it('[R8] leaves another server on the same port alone', async () => {
    const { tool, tab } = await open();
    await tool.stop();
    let [requests, upgrades] = [0, 0];
    const other = createServer((_request, response) => {
      requests++;
      response.end('another');
    });
    other.on('upgrade', (_request, socket) => {
      upgrades++;
      socket.destroy();
    });
    other.listen(Number(new URL(tool.url).port), '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => {
      other.closeAllConnections();
      other.close();
    });
    await vi.waitFor(() => expect(upgrades).toBeGreaterThan(0));
    await delay(6_000);
    expect({ requests, upgrades, calm: requests + upgrades < 12 }).toMatchObject({ calm: true });
    expect(tab.loads()).toBe(1);
  });

  it('[R6] whose server sends unreadable messages: does not load again and again', async () => {
    const { folder } = makeFolder({ 'index.html': html });
    const tool = await startReload({ folder });
    const context = await getContext();
    const page = await context.newPage();
    let [loads, junk] = [0, 0];
    page.on('domcontentloaded', () => loads++);
    await page.routeWebSocket(/socket\.io/, (socket) => {
      socket.connectToServer().onMessage((message) => {
        const isVersion = String(message).startsWith('42["version"');
        if (isVersion) junk++;
        socket.send(isVersion ? '42["version",7]' : message);
      });
    });
    await page.goto(tool.url);
    await vi.waitFor(() => expect(junk).toBeGreaterThanOrEqual(2));
    await delay(1_500);
    expect(loads).toBe(2);
  });
});
