import { describe, expect, it, vi } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { inEachEngine } from '../helpers/engines.ts';
import { openPage } from '../helpers/page.ts';
import { openRawClient } from '../helpers/raw-client.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';
import { userAgents } from '../helpers/user-agents.ts';

const A = 'https://a.example';

inEachEngine('admission', (startCounter) => {
  it('[C11] a site that is not listed is rejected at CONNECT, with a code', async () => {
    const { counter, url } = await startCounter({ sites: ['a.example', 'www.a.example=a.example'] });
    await openPage(url, { origin: A }).receives(1);
    await openPage(url, { origin: 'https://www.a.example' }).receives(2);
    const rejection = await openPage(url, { origin: 'https://b.example' }).rejection();
    expect(rejection.data).toEqual({ code: 'site-not-listed' });
    expect(counter.totals()).toEqual(new Map([['a.example', 2]]));
    expect(counter.stats().rejected).toEqual({ 'site-not-listed': 1 });
  });

  it('[C11] [SEC25] a site with a token accepts clients that send it', async () => {
    const { url } = await startCounter({ sites: [{ name: 'a.example', token: 'secret' }] });
    await openPage(url, { origin: A, auth: { token: 'secret' } }).receives(1);
    for (const token of [undefined, 's', 'guess!', 'secret2', 'sécret', 'x'.repeat(256)]) {
      const rejection = await openPage(url, {
        origin: A,
        auth: token === undefined ? {} : { token },
      }).rejection();
      expect(rejection.data).toEqual({ code: 'token-wrong' });
    }
  });

  it.each([
    ['maxConnections', { maxConnections: 1 }],
    ['maxPerAddress', { maxPerAddress: 1 }],
    ['maxPerSite', { maxPerSite: 1 }],
  ])('[C11] [SEC23] %s: one too many is rejected in HTTP, without a reason', async (limit, options) => {
    const { counter, port, url } = await startCounter(options);
    const limits: unknown[] = [];
    counter.on('limit', (details) => limits.push(details.limit));
    const first = openPage(url, { origin: A });
    await first.receives(1);
    const second = openPage(url, { origin: A });
    const rejection = await second.rejection();
    expect(rejection).not.toHaveProperty('data');
    expect(rejection.message).toBe('websocket error');
    expect(counter.stats().rejected).toEqual({ [limit]: 1 });
    expect(limits).toEqual([limit]);
    const answer = await sendHttp(port, upgradeRequest(A));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/\r\n\r\nForbidden\n?$/);
    first.leave();
    await vi.waitFor(
      () => {
        second.socket.connect();
        expect(second.totals).toEqual([1]);
      },
      { interval: 200 },
    );
  });

  it('[C11] opens no new site past maxSites, while open sites admit connections', async () => {
    const { counter, url } = await startCounter({ maxSites: 2 });
    await openPage(url, { origin: A }).receives(1);
    await openPage(url, { origin: 'https://__proto__' }).receives(1);
    await openPage(url, { origin: 'https://c.example' }).rejection();
    await openPage(url, { origin: A }).receives(2);
    expect([...counter.totals().keys()]).toEqual(['a.example', '__proto__']);
  });

  it.each([
    ['a hostname of 10 kB', `https://${'a'.repeat(10_000)}.example`],
    ['invalid', 'invalid'],
    ['a whole URL', 'https://a.example/path?query'],
    ['someone’s password', 'https://user:secret@a.example'],
  ])('[C1] an Origin that is %s is rejected in HTTP', async (_name, origin) => {
    const { counter, url } = await startCounter();
    await openPage(url, { origin }).rejection();
    expect(counter.totals()).toEqual(new Map());
    expect(counter.stats().rejected).toEqual({ 'origin-invalid': 1 });
    await openPage(url, { origin: A }).receives(1);
  });

  it('[C11] WebSocket is the only transport by default', async () => {
    const { url } = await startCounter();
    const rejection = await openPage(url, { transports: ['polling'] }).rejection();
    expect(rejection.message).toBe('xhr poll error');
    const response = await fetch(`${url}socket.io/?EIO=4&transport=polling`);
    expect(response.status).toBe(400);
  });

  it('[C10] a plain client of the main namespace receives totals', async () => {
    const { url } = await startCounter();
    const raw = await openRawClient(url);
    expect(await raw.receives(/^42/)).toBe('42["total",1]');
  });
});

describe('polling', () => {
  it('[C11] [SEC23] polling can be enabled, and has the same limits', async () => {
    const { counter, url } = await startCounter({ transports: ['polling', 'websocket'], maxPerSite: 2 });
    const polling = openPage(url, { transports: ['polling'], origin: A });
    await polling.receives(1);
    const upgrading = openPage(url, { transports: ['polling', 'websocket'], origin: A });
    await Promise.all([polling.receives(2), upgrading.receives(2)]);
    await vi.waitFor(() => expect(upgrading.socket.io.engine.transport.name).toBe('websocket'));
    await openPage(url, { origin: A }).rejection();
    polling.leave();
    await upgrading.receives(1);
    await openPage(url, { origin: A }).receives(2);
    await upgrading.receives(2);
    expect(counter.total('a.example')).toBe(2);
  });

  it('[C11] [SEC23] releases the places of sessions that were never opened', async () => {
    const { url } = await startCounter({ maxConnections: 2, transports: ['polling', 'websocket'] });
    for (let attempt = 0; attempt < 5; attempt++) {
      // Engine.IO rejects protocol 3 after the place was reserved.
      const response = await fetch(`${url}socket.io/?EIO=3&transport=polling`, {
        headers: { 'user-agent': userAgents.browser },
      });
      expect(response.status).toBe(400);
    }
    await openPage(url, { origin: A }).receives(1);
    await openPage(url, { origin: A }).receives(2);
  });

  it('[C11] an Upgrade header alone makes no WebSocket of a polling session', async () => {
    const { counter, port, url } = await startCounter({ transports: ['polling'], maxConnections: 2 });
    const sids = await Promise.all(
      [1, 2].map(async () => {
        const answer = await sendHttp(port, upgradeRequest(A, { transport: 'polling', connection: 'close' }));
        return /"sid":"([^"]+)"/.exec(answer)![1]!;
      }),
    );
    // The session ends, and with it the place that it held.
    for (const sid of sids) {
      await fetch(`${url}socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '1' });
    }
    await openPage(url, { origin: A, transports: ['polling'] }).receives(1);
    expect(counter.stats().connections).toBe(1);
  });

  it('[C11] a browser on any site may poll', async () => {
    const { url } = await startCounter({ transports: ['polling'] });
    const response = await fetch(`${url}socket.io/?EIO=4&transport=polling`, {
      headers: { origin: A, 'user-agent': userAgents.browser },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('[C1] if a browser sends no Origin, the Referer names the site', async () => {
    const { counter, url } = await startCounter({ transports: ['polling'] });
    await openPage(url, { transports: ['polling'], headers: { referer: 'https://a.example/page' } }).receives(
      1,
    );
    expect(counter.total('a.example')).toBe(1);
  });
});
