import { describe, expect, it } from 'vitest';
import { cookieOf } from '../helpers/dashboard.ts';
import { ADMIN_TOKEN, startApi } from '../helpers/api.ts';

/** What browsers and programs send with a request that no page of the server has sent. `HOST` is the server's own. */
const foreign: Record<string, string>[] = [
  {},
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': '' },
  { 'sec-fetch-site': 'same-origin, cross-site' },
  { 'sec-fetch-site': 'same-site', origin: 'http://HOST' },
  { 'sec-fetch-site': 'cross-site', origin: 'http://HOST' },
  { origin: 'null' },
  { origin: '' },
  { origin: 'https://attacker.example' },
  { origin: 'http://127.0.0.1:1' },
  { origin: 'http://127.0.0.1' },
  { origin: 'http://HOST.attacker.example' },
  { origin: 'http://sub.HOST' },
  { origin: 'http://attacker.example/HOST' },
  { origin: 'http://attacker.example@HOST' },
  { origin: 'file://HOST' },
  { referer: 'http://HOST/dashboard/' },
  { 'x-forwarded-host': 'attacker.example', origin: 'http://attacker.example' },
  { 'x-requested-with': 'XMLHttpRequest' },
];

async function startSignedIn() {
  const api = await startApi();
  const { host } = new URL(api.url);
  const send = (path: string, headers: Record<string, string>, init: RequestInit = {}) => {
    const named = Object.entries(headers).map(
      ([name, value]) => [name, value.replace('HOST', host)] as const,
    );
    return fetch(api.url + path, { redirect: 'manual', ...init, headers: [...named] as [string, string][] });
  };
  const form = { method: 'POST', body: new URLSearchParams({ token: ADMIN_TOKEN }) };
  const cookie = cookieOf(await send('dashboard/login', { 'sec-fetch-site': 'same-origin' }, form));
  return { ...api, send, form, cookie };
}

describe('requests of other sites', () => {
  it('[D4] [A3] [SEC45] no form, no fetch and no other form of a request changes anything by the session', async () => {
    const { send, form, cookie, getAsAdmin, url } = await startSignedIn();
    const { servers } = (await (await getAsAdmin('servers')).json()) as { servers: { name: string }[] };
    const drain = `v1/servers/${servers[0]!.name}/drain`;
    for (const headers of foreign) {
      const signIn = await send('dashboard/login', headers, form);
      expect([headers, signIn.status, cookieOf(signIn)]).toEqual([headers, 403, '']);
      const signOut = await send('dashboard/logout', { ...headers, cookie }, { method: 'POST' });
      expect([headers, signOut.status, cookieOf(signOut)]).toEqual([headers, 403, '']);
      const drained = await send(drain, { ...headers, cookie }, { method: 'POST' });
      expect([headers, drained.status]).toEqual([headers, 403]);
    }
    // A GET stays one, whatever it says about itself.
    const override = { cookie, 'x-http-method-override': 'POST', 'x-method-override': 'POST' };
    expect((await send(`${drain}?_method=POST`, override)).status).toBe(405);
    expect((await send('dashboard/logout?_method=POST', override)).status).toBe(405);
    expect((await fetch(`${url}readyz`)).status).toBe(200);
    expect((await send('v1/sites', { cookie })).status).toBe(200);
  });

  it('[D4] [SEC45] a page of the server itself signs in and out, by Sec-Fetch-Site or by its Origin', async () => {
    const { send, form, cookie } = await startSignedIn();
    expect((await send('dashboard/login', { origin: 'http://HOST' }, form)).status).toBe(303);
    const signOut = await send('dashboard/logout', { cookie, origin: 'http://HOST' }, { method: 'POST' });
    expect([signOut.status, cookieOf(signOut)]).toEqual([303, 'live_online_session=']);
  });

  it('[A4] [SEC51] no origin can read private numbers, nor measure their images', async () => {
    const { send, cookie } = await startSignedIn();
    for (const path of ['v1/sites', 'v1/stats', 'v1/sites/a.example', 'v1/sites/a.example/badge.svg']) {
      const answer = await send(path, { cookie, origin: 'http://attacker.example' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(answer.headers.get('cache-control')).toBe('private, no-cache');
      const rejected = await send(path, { origin: 'http://attacker.example' });
      expect(rejected.headers.get('access-control-allow-origin')).toBeNull();
      expect(rejected.headers.get('cache-control')).toBe('no-store');
      const preflight = await send(path, { origin: 'http://attacker.example' }, { method: 'OPTIONS' });
      expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    const open = await send('v1/sites/public.example', { cookie, origin: 'http://attacker.example' });
    expect(open.headers.get('access-control-allow-origin')).toBe('*');
    expect(open.headers.get('access-control-allow-credentials')).toBeNull();
  });
});
