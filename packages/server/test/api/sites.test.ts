import { describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN, bodyOf, startApi } from '../helpers/api.ts';

describe('the API of a site', () => {
  it('[A1] says how many people are on a site', async () => {
    const { get, open } = await startApi();
    await open('public.example');
    await open('public.example', { tabs: 3 });
    const response = await get('sites/public.example');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.000Z$/);
    // The history records a total a moment after the page has received it.
    await vi.waitFor(async () =>
      expect(await (await get('sites/public.example')).json()).toEqual({
        site: 'public.example',
        people: 2,
        tabs: 4,
        stale: false,
        since: at,
        peak: { today: { people: 2, at }, allTime: { people: 2, at } },
      }),
    );
  });

  it('[A1] says how many people are on each page, the fullest first', async () => {
    const { get, open } = await startApi();
    for (const page of ['/b', '/a/', '/b?x', '/c']) await open('public.example', { page });
    expect(await (await get('sites/public.example/pages')).json()).toEqual({
      site: 'public.example',
      stale: false,
      pages: [
        { path: '/b', people: 2 },
        { path: '/a', people: 1 },
        { path: '/c', people: 1 },
      ],
      other: 0,
    });
  });

  it('[A1] gives the history of a range', async () => {
    const { get, open } = await startApi();
    await open('public.example');
    const steps = { '15m': 60, '24h': 60, '30d': 3_600, '2y': 86_400 };
    for (const [range, stepSeconds] of Object.entries(steps)) {
      const answer = await (await get(`sites/public.example/history?range=${range}`)).json();
      expect(answer).toMatchObject({ site: 'public.example', range, stepSeconds });
    }
    const { range, samples } = await bodyOf<{ range: string; samples: number[][] }>(
      get('sites/public.example/history'),
    );
    expect(range).toBe('24h');
    expect(samples.at(-1)).toEqual([expect.any(Number), expect.any(Number), expect.any(Number), 1]);
    const unknown = await get('sites/public.example/history?range=1y');
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({ code: 'range-unknown', status: 400 });
  });

  it('[A1] a site without people has zeros, and a site that is not listed is unknown', async () => {
    const { get, getAsAdmin } = await startApi({
      sites: ['public.example', 'www.public.example=public.example'],
    });
    expect(await (await get('sites/public.example')).json()).toEqual({
      site: 'public.example',
      people: 0,
      tabs: 0,
      stale: false,
      since: null,
      peak: { today: null, allTime: null },
    });
    expect(await (await get('sites/www.public.example')).json()).toMatchObject({ site: 'public.example' });
    const unknown = await getAsAdmin('sites/other.example');
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toBe('application/problem+json');
    expect(await unknown.json()).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'site-unknown',
      detail: 'this server does not count this site',
    });
  });

  it('[A1] a site is named in the path as a hostname, percent-encoded', async () => {
    const { getAsAdmin } = await startApi();
    expect(await (await getAsAdmin('sites/M%C3%BCnchen.example')).json()).toMatchObject({
      site: 'xn--mnchen-3ya.example',
    });
    for (const site of ['a%2Fb', '%', '%00', 'a b', 'a@b', '%ff']) {
      expect((await getAsAdmin(`sites/${site}`)).status).toBe(404);
    }
  });

  it('[A2] without a token only public sites can be read', async () => {
    const { get, getAsAdmin } = await startApi();
    for (const path of [
      'sites/a.example',
      'sites/a.example/pages',
      'sites/a.example/history',
      'sites',
      'stats',
    ]) {
      const response = await get(path);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(await response.json()).toMatchObject({ code: 'token-missing' });
      const wrong = await get(path, { headers: { authorization: `Bearer ${ADMIN_TOKEN}x` } });
      expect(wrong.status).toBe(403);
      expect((await getAsAdmin(path)).status).toBe(200);
    }
  });

  it('[A2] nothing can be read without an admin token and public sites', async () => {
    const { get } = await startApi({ adminToken: undefined, publicSites: [] } as object);
    expect((await get('sites/a.example')).status).toBe(401);
    expect((await get('sites/a.example', { headers: { authorization: 'Bearer undefined' } })).status).toBe(
      403,
    );
  });

  it('[A4] [SEC51] pages of any origin may read public sites, and no others', async () => {
    const { get, getAsAdmin } = await startApi();
    const preflight = await get('sites/public.example', { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('If-None-Match, Last-Event-ID');
    expect((await get('sites/public.example')).headers.get('access-control-allow-origin')).toBe('*');
    for (const path of ['sites/a.example', 'sites']) {
      for (const response of [await getAsAdmin(path), await get(path, { method: 'OPTIONS' })]) {
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
      expect((await getAsAdmin(path)).headers.get('cache-control')).toBe('private, no-cache');
    }
  });

  it('[A5] an answer that the client has is not sent again', async () => {
    const { get, open } = await startApi();
    await open('public.example');
    // The first total is sent before the history records it.
    await vi.waitFor(async () =>
      expect((await bodyOf<{ since: string | null }>(get('sites/public.example'))).since).not.toBeNull(),
    );
    const first = await get('sites/public.example');
    const etag = first.headers.get('etag')!;
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const second = await get('sites/public.example', { headers: { 'if-none-match': etag } });
    expect([second.status, await second.text()]).toEqual([304, '']);
    expect(second.headers.get('etag')).toBe(etag);
    await open('public.example');
    const third = await get('sites/public.example', { headers: { 'if-none-match': etag } });
    expect(third.status).toBe(200);
    expect(third.headers.get('etag')).not.toBe(etag);
  });

  it('[A6] other paths and methods are problems', async () => {
    const { get, getAsAdmin, url } = await startApi();
    for (const path of [
      '',
      'sites/',
      'sites/public.example/',
      'sites/public.example/x',
      'Sites',
      '../v1/x',
    ]) {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'path-unknown' });
    }
    const post = await get('sites/public.example', { method: 'POST' });
    expect(post.status).toBe(405);
    expect(post.headers.get('allow')).toBe('GET, HEAD');
    const head = await get('sites/public.example', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(50);
    expect((await getAsAdmin('servers/x/drain')).status).toBe(405);
    expect((await fetch(`${url}v1`)).status).toBe(404);
  });

  it('[A7] [SEC47] an address may send 120 requests at once; then it has to wait', async () => {
    // The limit holds for this machine itself, too, if a maximum per address is set.
    const { get, getAsAdmin } = await startApi({ maxPerAddress: 100 });
    const statuses: number[] = [];
    let last: Response | undefined;
    while (last?.status !== 429) {
      last = await get('sites/public.example');
      statuses.push(last.status);
    }
    expect(statuses.length).toBeGreaterThan(120);
    expect(statuses.length).toBeLessThan(240);
    expect(last.headers.get('retry-after')).toBe('1');
    expect(await last.json()).toMatchObject({ code: 'too-many-requests' });
    expect((await getAsAdmin('sites/public.example')).status).toBe(200);
  });
});
