import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startBoundedCounter, startCounter } from '../helpers/counter.ts';
import { createFakeStore } from '../helpers/fake-store.ts';
import { openPage } from '../helpers/page.ts';
import { sendHttp } from '../helpers/send-http.ts';

const referer = 'https://a.example/page';

/** Requests the script as a browser does for a page, and returns the headers that caches and pages read. */
async function getScript(url: string, headers: Record<string, string> = { referer }) {
  const answer = await sendHttp(
    Number(new URL(url).port),
    [
      `GET ${new URL(url).pathname} HTTP/1.1`,
      'Host: counter.example',
      'Connection: close',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '\r\n',
    ].join('\r\n'),
  );
  const header = (name: string): string | undefined =>
    new RegExp(`^${name}: (.*)\r$`, 'im').exec(answer.split('\r\n\r\n', 1)[0]!)?.[1];
  const [, total, seconds] = /^live-online;dur=(\d+);desc="(\d+)"$/.exec(header('Server-Timing') ?? '') ?? [];
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]),
    total: total === undefined ? undefined : Number(total),
    seconds: Number(seconds),
    timing: header('Server-Timing'),
    caching: header('Cache-Control'),
    header,
    body: answer.slice(answer.indexOf('\r\n\r\n') + 4),
  };
}

describe('the first total with the script', () => {
  it('[C3] is that of the page’s site at this moment, and at least 1', async () => {
    const { url } = await startCounter();
    const before = Math.floor(Date.now() / 1_000);
    expect((await getScript(url)).total).toBe(1);
    const pages = [1, 2, 3].map(() => openPage(url, { origin: 'https://a.example' }));
    await Promise.all(pages.map((page) => page.receives(3)));
    for (const address of [url, `${url}live-online.js`]) {
      const { total, seconds, header } = await getScript(address);
      expect(total).toBe(3);
      expect(seconds).toBeGreaterThanOrEqual(before);
      expect(seconds).toBeLessThanOrEqual(Date.now() / 1_000);
      expect(header('Timing-Allow-Origin')).toBe('*');
    }
    expect((await getScript(url, { referer: 'https://b.example/' })).total).toBe(1);
    expect((await getScript(url, { origin: 'https://a.example' })).total).toBe(3);
    // A fall waits, as in the updates.
    pages[0]!.leave();
    expect((await getScript(url)).total).toBe(3);
  });

  it('[C3] comes with a 304 as well', async () => {
    const { url } = await startCounter();
    const { header } = await getScript(url);
    const again = await getScript(url, { referer, 'if-none-match': header('ETag')! });
    expect(again).toMatchObject({ status: 304, total: 1 });
    expect(again.header('Timing-Allow-Origin')).toBe('*');
  });

  it('[C1] [SEC52] is never given to another site by a cache that several visitors share', async () => {
    const { url } = await startCounter();
    const { header, caching } = await getScript(url);
    expect(caching).toBe('private, no-cache');
    const again = await getScript(url, { referer, 'if-none-match': header('ETag')! });
    expect(again.caching).toBe('private, no-cache');
    expect((await getScript(url, {})).caching).toMatch(/^public, max-age=300/);
  });

  it.each([
    ['names no page', {}],
    ['has a Referer that is no URL', { referer: 'about:blank' }],
    ['has an Origin that no browser sends', { origin: 'invalid', referer }],
    ['is of a site that is not listed', { referer: 'https://b.example/' }],
    ['is of a site that requires a token', { referer: 'https://t.example/' }],
  ])('[C3] is absent if a request %s', async (_name, headers: Record<string, string>) => {
    const { url } = await startCounter({ sites: ['a.example', { name: 't.example', token: 'secret' }] });
    const { status, timing, caching } = await getScript(url, headers);
    expect([status, timing]).toEqual([200, undefined]);
    expect(caching).toMatch(/^public/);
    expect((await getScript(url)).total).toBe(1);
  });

  it('[C9] is absent while the total may be old', async () => {
    const store = createFakeStore('this-server');
    const { url } = await startCounter({ store });
    expect((await getScript(url)).total).toBe(1);
    store.listener.stale(true);
    expect((await getScript(url)).timing).toBeUndefined();
    store.listener.stale(false);
    expect((await getScript(url)).total).toBe(1);
  });

  it('[C1] requests leave nothing behind', async () => {
    const { counter, url } = await startCounter();
    for (let site = 0; site < 20; site++) await getScript(url, { referer: `https://s${site}.example/` });
    expect(counter.totals()).toEqual(new Map());
  });
});

describe('the script of one version', () => {
  const addressIn = async (url: string): Promise<string> => {
    const { body } = await getScript(url, {});
    return `${url}live-online.${createHash('sha256').update(body).digest('hex').slice(0, 16)}.js`;
  };

  it('[W5] may be cached for a year, and has no total', async () => {
    const { url } = await startCounter();
    const script = await getScript(await addressIn(url));
    expect(script).toMatchObject({
      status: 200,
      timing: undefined,
      caching: 'public, max-age=31536000, immutable',
      body: (await getScript(url)).body,
    });
    expect(script.header('Access-Control-Allow-Origin')).toBe('*');
    const again = await getScript(await addressIn(url), { 'if-none-match': script.header('ETag')! });
    expect(again).toMatchObject({ status: 304, caching: script.caching, timing: undefined });
  });

  it('[W5] is a 404 for the hash of another version, which says where the current one is', async () => {
    const { url } = await startCounter();
    const { status, body, caching } = await getScript(`${url}live-online.0123456789abcdef.js`);
    expect([status, caching]).toEqual([404, 'no-store']);
    expect(body).toContain('live-online.js');
    expect((await getScript(`${url}live-online.${'a'.repeat(17)}.js`)).body).toBe('not found\n');
  });
});

describe('a path without its last slash', () => {
  it('[C10] is redirected on a port of its own, below any prefix', async () => {
    const { port } = await startCounter({ path: '/a/live/' });
    const url = `http://127.0.0.1:${port}`;
    const { status, header } = await getScript(`${url}/a/live`);
    expect(status).toBe(308);
    expect(header('Location')).toBe('live/');
    expect(header('Access-Control-Allow-Origin')).toBe('*');
    const followed = await fetch(`${url}/a/live?x=1`);
    expect(followed.url).toBe(`${url}/a/live/?x=1`);
    expect(await followed.text()).toContain('locWidget');
    expect((await getScript(`${url}/a`)).status).toBe(404);
  });

  it('[C10] is the host’s on a host’s server', async () => {
    const { port } = await startBoundedCounter('attached', {});
    expect((await getScript(`http://127.0.0.1:${port}/live-online`)).body).toContain('home');
  });
});
