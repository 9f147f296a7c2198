import { describe, expect, it, vi } from 'vitest';
import { ADMIN_TOKEN, bodyOf, startApi } from '../helpers/api.ts';
import { openPage } from '../helpers/page.ts';

describe('the API of the admin', () => {
  it('[A1] lists all sites, the fullest first', async () => {
    const { getAsAdmin, open } = await startApi();
    await open('a.example');
    for (let page = 0; page < 2; page++) await open('b.example');
    const { sites } = await bodyOf<{ sites: { trend: number[] }[] }>(getAsAdmin('sites'));
    expect(sites).toEqual([
      {
        site: 'b.example',
        people: 2,
        tabs: 2,
        stale: false,
        peakToday: 2,
        peakAllTime: 2,
        trend: expect.any(Array),
      },
      {
        site: 'a.example',
        people: 1,
        tabs: 1,
        stale: false,
        peakToday: 1,
        peakAllTime: 1,
        trend: expect.any(Array),
      },
    ]);
    expect(sites[0]!.trend).toHaveLength(60);
  });

  it('[A1] a site that its people have left stays in the list', async () => {
    const { counter, getAsAdmin, open } = await startApi();
    const published: number[] = [];
    counter.on('total', ({ total }) => published.push(total));
    const page = await open('a.example');
    // A visit that ends before its total is published is in no history.
    await vi.waitFor(() => expect(published).toEqual([1]));
    page.leave();
    await vi.waitFor(() => expect(counter.total('a.example')).toBe(0));
    const { sites } = await (await getAsAdmin('sites')).json();
    expect(sites).toMatchObject([{ site: 'a.example', people: 0, peakToday: 1 }]);
  });

  it('[A1] gives the statistics, and describes its server', async () => {
    const { getAsAdmin, open, counter } = await startApi();
    await open('a.example');
    // The first update may be sent while the answer is read.
    await vi.waitFor(async () =>
      expect(await (await getAsAdmin('stats')).json()).toEqual({ ...counter.stats() }),
    );
    expect(await (await getAsAdmin('servers')).json()).toEqual({
      servers: [
        {
          name: expect.any(String),
          version: expect.stringMatching(/^\d+\.\d+\.\d+/),
          since: expect.stringMatching(/Z$/),
          connections: 1,
          eventLoopDelayMs: expect.any(Number),
          store: 'memory',
          processes: 1,
          stale: false,
          silent: false,
          warnings: [],
          isSelf: true,
        },
      ],
    });
  });

  it('[A12] [C11] a server has a warning of a proxy that trustProxy does not name, from its first handshake on', async () => {
    const { getAsAdmin, url } = await startApi();
    const warnings = async (): Promise<string[]> =>
      (await bodyOf<{ servers: { warnings: string[] }[] }>(getAsAdmin('servers'))).servers[0]!.warnings;
    expect(await warnings()).toEqual([]);
    await openPage(url, {
      origin: 'https://a.example',
      headers: { 'X-Forwarded-For': '192.0.2.1' },
    }).receives(1);
    expect(await warnings()).toEqual([expect.stringMatching(/--trust-proxy loopback/)]);
  });

  it('[A8] drains its server, and knows no other', async () => {
    const { get, getAsAdmin, url } = await startApi();
    const { servers } = await bodyOf<{ servers: { name: string }[] }>(getAsAdmin('servers'));
    const { name } = servers[0]!;
    const post = (server: string, headers: Record<string, string>) =>
      get(`servers/${server}/drain`, { method: 'POST', headers });
    const authorization = `Bearer ${ADMIN_TOKEN}`;
    expect((await post(name, {})).status).toBe(401);
    expect((await post('other', { authorization })).status).toBe(404);
    expect((await post(name, { authorization })).status).toBe(202);
    await vi.waitFor(() => expect(fetch(`${url}healthz`)).rejects.toThrow());
  });
});
