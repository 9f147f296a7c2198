import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, cookieOf, serveDashboard } from '../helpers/dashboard.ts';

describe('signing in to the dashboard', () => {
  it('[D1] a client without a session is sent to the form, by a relative address', async () => {
    const { send, url } = await serveDashboard();
    const page = await send('');
    expect([page.status, page.headers.get('location')]).toEqual([303, 'login']);
    const folder = await fetch(new URL('dashboard', url), { redirect: 'manual' });
    expect([folder.status, folder.headers.get('location')]).toEqual([303, 'dashboard/']);
    const form = await send('login');
    expect(form.status).toBe(200);
    expect(await form.text()).toContain('<form method="post" action="login">');
  });

  it('[D1] the admin token signs in, and the session opens the dashboard', async () => {
    const { send, signIn } = await serveDashboard();
    const answer = await signIn(ADMIN_TOKEN);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, './']);
    const page = await send('', { headers: { Cookie: cookieOf(answer) } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="app">');
  });

  it('[D1] [SEC46] a login link signs in once, within 12 h, and only with this token', async () => {
    const { advance, link, send } = await serveDashboard();
    const first = link();
    const opened = await fetch(first, { redirect: 'manual' });
    expect([opened.status, opened.headers.get('location')]).toEqual([303, './']);
    expect((await send('', { headers: { Cookie: cookieOf(opened) } })).status).toBe(200);
    const again = await fetch(first, { redirect: 'manual' });
    expect([again.status, cookieOf(again)]).toEqual([403, '']);
    expect(await again.text()).toContain('This link was used already');
    const second = link();
    expect((await fetch(second.replace(/.$/, 'x'), { redirect: 'manual' })).status).toBe(403);
    advance(12 * 3_600_000 + 1);
    expect((await fetch(second, { redirect: 'manual' })).status).toBe(403);
  });

  it('[D1] [SEC48] the admin token in an address does not sign in', async () => {
    const { send } = await serveDashboard();
    const answer = await send(`login?token=${ADMIN_TOKEN}`);
    expect([answer.status, cookieOf(answer)]).toEqual([403, '']);
  });

  it('[D2] [SEC46] the cookie is for the counter’s path, strict, not readable by scripts, and secure behind TLS', async () => {
    const { signIn } = await serveDashboard();
    const plain = (await signIn(ADMIN_TOKEN)).headers.getSetCookie()[0]!;
    expect(plain.split('; ').slice(1)).toEqual([
      'Path=/live/',
      'Max-Age=43200',
      'HttpOnly',
      'SameSite=Strict',
    ]);
    const secure = await signIn(ADMIN_TOKEN, { 'X-Forwarded-Proto': 'https' });
    expect(secure.headers.getSetCookie()[0]).toMatch(/; Secure$/);
  });

  it('[D2] signing out removes the cookie', async () => {
    const { send } = await serveDashboard();
    const answer = await send('logout', { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'login']);
    expect(answer.headers.getSetCookie()[0]).toContain('live_online_session=; Path=/live/; Max-Age=0');
  });

  it('[D4] [SEC45] forms of other origins are rejected', async () => {
    const { send, signIn } = await serveDashboard();
    for (const site of ['cross-site', 'same-site', 'none']) {
      const answer = await signIn(ADMIN_TOKEN, { 'Sec-Fetch-Site': site });
      expect([site, answer.status, cookieOf(answer)]).toEqual([site, 403, '']);
    }
    const byOrigin = (headers: Record<string, string>) =>
      send('login', { method: 'POST', body: new URLSearchParams({ token: ADMIN_TOKEN }), headers });
    expect((await byOrigin({ Origin: 'https://other.example' })).status).toBe(403);
    const answer = await send('logout', { method: 'POST', headers: { Origin: 'https://other.example' } });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('[D5] [SEC47] an address may send five wrong tokens a minute; then also the right one waits', async () => {
    const { advance, link, send, signIn } = await serveDashboard();
    const from = { 'X-Test-Address': '192.0.2.1' };
    for (let times = 0; times < 4; times++) expect((await signIn('wrong', from)).status).toBe(403);
    expect((await send('login?token=wrong', { headers: from })).status).toBe(403);
    const rejected = await signIn(ADMIN_TOKEN, from);
    expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([429, '12']);
    expect((await fetch(link(), { redirect: 'manual', headers: from })).status).toBe(429);
    expect((await signIn(ADMIN_TOKEN, { 'X-Test-Address': '192.0.2.2' })).status).toBe(303);
    advance(12_000);
    expect((await signIn(ADMIN_TOKEN, from)).status).toBe(303);
  });

  it('[D5] [SEC53] a form longer than 4 kB is no token', async () => {
    const { signIn } = await serveDashboard();
    expect((await signIn(ADMIN_TOKEN + ' '.repeat(5_000))).status).toBe(403);
  });
});
