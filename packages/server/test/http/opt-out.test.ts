import { describe, expect, it } from 'vitest';
import { bodyOf, startApi, type ApiServer } from '../helpers/api.ts';

async function tokenOf({ getAsAdmin }: ApiServer, site: string): Promise<string> {
  const { fragment } = await bodyOf<{ fragment: string }>(getAsAdmin(`sites/${site}/opt-out`));
  return fragment.replace('#live-online=', '');
}

function send(url: string, token: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${url}opt-out?token=${token}`, { method: 'POST', headers });
}

describe('opt-out links', () => {
  it('[O1] a browser with the cookie is not counted on that site, and has no first total', async () => {
    const api = await startApi();
    const origin = 'https://a.example';
    const response = await send(api.url, await tokenOf(api, 'a.example'), { origin });
    expect(response.status).toBe(204);
    const cookie = response.headers.get('set-cookie')!.split(';')[0]!;
    await api.open('a.example');
    const timing = async (headers: Record<string, string>): Promise<string | null> =>
      (await fetch(api.url, { headers })).headers.get('server-timing');
    expect(await timing({ origin })).toContain('live-online;dur=');
    expect(await timing({ origin, cookie })).toBeNull();
    expect(await timing({ origin: 'https://b.example', cookie })).toContain('live-online;dur=');
    const events = await fetch(`${api.url}events?join=1`, {
      headers: {
        origin,
        cookie,
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      },
    });
    expect(await events.text()).toContain('"code":"opted-out"');
    expect(api.counter.total('a.example')).toBe(1);
    expect(api.counter.stats().rejected).toEqual({ 'opted-out': 1 });
  });

  it('[O2] the token is for its site, and cannot be made without the admin token', async () => {
    const api = await startApi();
    const token = await tokenOf(api, 'a.example');
    const [expiresAt, signature] = token.split('.') as [string, string];
    const later = `${Number(expiresAt) + 1}.${signature}`;
    const other = await startApi({ adminToken: 'another-token-of-an-admin' });
    const foreign = await bodyOf<{ fragment: string }>(
      other.get('sites/a.example/opt-out', {
        headers: { authorization: 'Bearer another-token-of-an-admin' },
      }),
    );
    const wrong = ['', later, expiresAt, foreign.fragment.replace('#live-online=', '')];
    for (const text of wrong) {
      const response = await send(api.url, text, { origin: 'https://a.example' });
      expect([text, response.status, response.headers.get('set-cookie')]).toEqual([text, 403, null]);
    }
    expect((await send(api.url, token, { origin: 'https://b.example' })).status).toBe(403);
    const get = await fetch(`${api.url}opt-out?token=${token}`, { headers: { origin: 'https://a.example' } });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await api.get('sites/public.example/opt-out')).status).toBe(401);
  });

  it('[O3] the cookie ends with the browser, and works across sites where browsers allow it', async () => {
    const api = await startApi();
    const token = await tokenOf(api, 'a.example');
    const origin = 'https://a.example';
    const local = await send(api.url, token, { origin });
    expect(local.headers.get('access-control-allow-origin')).toBe(origin);
    expect(local.headers.get('access-control-allow-credentials')).toBe('true');
    expect(local.headers.get('set-cookie')).toMatch(
      /^live_online_opt_out_[\da-f]{16}=[\w-]{43}; Path=\/; HttpOnly; SameSite=None; Secure; Partitioned$/,
    );
  });
});
