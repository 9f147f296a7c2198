import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createLoginLink } from '../../src/io/http/access/login-code.ts';
import { createSiteList } from '../../src/core/site-list.ts';
import { Access, COOKIE_NAME } from '../../src/io/http/access/access.ts';
import { ADMIN_TOKEN, cookieOf, serveDashboard } from '../helpers/dashboard.ts';
import { startApi } from '../helpers/api.ts';
import { watchComparisons } from '../helpers/watch-comparisons.ts';

const request = (headers: Record<string, string>): IncomingMessage =>
  ({ headers, method: 'GET' }) as unknown as IncomingMessage;

function createAccess(): Access {
  return new Access({
    adminToken: ADMIN_TOKEN,
    publicSites: createSiteList([], () => {}),
    hasPublicSites: false,
    timeOfDay: () => 1_000,
  });
}

/** The same text with another last character, which is the worst case for a comparison that ends at the first difference. */
const almost = (text: string): string => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');

describe('the secrets of the dashboard', () => {
  it('[A2] [SEC48] every token, code, session and link is compared in constant time', () => {
    const compare = watchComparisons();
    const access = createAccess();
    const codeOf = (link: string): string => new URL(link).searchParams.get('token')!;
    const code = codeOf(createLoginLink('http://localhost/', ADMIN_TOKEN));
    const bearer = (token: string) => request({ authorization: `Bearer ${token}` });
    const optOut = access.createOptOut('a.example').token;
    const attempts: [name: string, attempt: () => unknown][] = [
      ['admin token', () => access.isAdminToken(almost(ADMIN_TOKEN))],
      ['short admin token', () => access.isAdminToken('x')],
      ['bearer token', () => access.isAdmin(bearer(almost(ADMIN_TOKEN)))],
      ['site token', () => access.mayRead(bearer(almost(access.siteToken('a.example'))), 'a.example')],
      [
        'session',
        () => access.isAdmin(request({ cookie: `${COOKIE_NAME}=${almost(access.createSession())}` })),
      ],
      ['login code', () => access.redeemLoginCode(almost(code))],
      ['opt-out link', () => access.redeemOptOut('a.example', almost(optOut)) ?? false],
    ];
    for (const [name, attempt] of attempts) {
      compare.mockClear();
      expect([name, attempt()]).toEqual([name, false]);
      expect([name, compare.mock.calls.length > 0]).toEqual([name, true]);
    }
  });

  it('[D1] [SEC48] the redirect of a login link has no code, is not cached and sends no Referer', async () => {
    const { link } = await serveDashboard();
    const answer = await fetch(link(), { redirect: 'manual' });
    expect(answer.headers.get('location')).toBe('./');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await answer.text()).toBe('');
  });

  it('[D1] [SEC48] an address with a code that fails is neither cached nor sent to another site', async () => {
    const { send } = await serveDashboard();
    const answer = await send('login?token=%3Cscript%3E');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([403, 'no-store']);
    expect(answer.headers.get('referrer-policy')).toBe('same-origin');
    expect(await answer.text()).not.toMatch(/<script|token=/);
  });

  it('[A2] [SEC48] each answer with a secret or a private number is stored by no shared cache', async () => {
    const { getAsAdmin, get, open } = await startApi();
    await open('a.example');
    const paths = ['', '/pages', '/history', '/access', '/token', '/opt-out', '/badge.svg', '/badge.html'];
    const all = [
      'sites',
      'servers',
      'stats',
      'webhooks',
      'metrics',
      ...paths.map((path) => `sites/a.example${path}`),
    ];
    for (const path of all) {
      const answer = await getAsAdmin(path);
      expect([path, answer.status]).toEqual([path, 200]);
      // The page of a badge has no number in it.
      if (!path.endsWith('badge.html'))
        expect(answer.headers.get('cache-control')).toMatch(/private|no-store/);
      expect((await get(path)).headers.get('cache-control')).toBe('no-store');
    }
    for (const path of ['token', 'opt-out']) {
      const answer = await getAsAdmin(`sites/a.example/${path}`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('[D2] [SEC46] a cookie that another site of the domain has set does not lock the admin out', async () => {
    const { send, signIn } = await serveDashboard();
    const session = cookieOf(await signIn(ADMIN_TOKEN));
    const status = async (cookie: string): Promise<number> =>
      (await send('', { headers: { cookie } })).status;
    const invalid = ['', '1.x', `9999999999999999.${'A'.repeat(43)}`, '__proto__', '%00'];
    const cookies = invalid.map((value) => `${COOKIE_NAME}=${value}`).join('; ');
    expect(await status(`${cookies}; ${session}; ${cookies}`)).toBe(200);
    expect(await status(cookies)).toBe(303);
    // A session does not move to another name, and has nothing added to it.
    expect(await status(session.replace('session', 'sessions'))).toBe(303);
    expect(await status(`${session}.${'A'.repeat(43)}`)).toBe(303);
  });
});
