import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createSiteList } from '../../src/core/site-list.ts';
import { Access, COOKIE_NAME } from '../../src/io/http/access/access.ts';

const TOKEN = 'a-token-of-20-letters';

function createAccess(adminToken: string | undefined, publicSites: string[] = []) {
  let now = 1_000_000;
  const access = new Access({
    adminToken,
    publicSites: createSiteList(publicSites, () => {}),
    hasPublicSites: publicSites.length > 0,
    timeOfDay: () => now,
  });
  return { access, advance: (ms: number) => (now += ms) };
}

function request(headers: Record<string, string>, method = 'GET'): IncomingMessage {
  return { headers, method } as unknown as IncomingMessage;
}

const bearer = (token: string): IncomingMessage => request({ authorization: `Bearer ${token}` });

describe('access', () => {
  it('[A2] the admin has the token, and without a token there is no admin', () => {
    const { access } = createAccess(TOKEN);
    expect(access.isAdmin(bearer(TOKEN))).toBe(true);
    for (const token of [`${TOKEN}x`, TOKEN.slice(1), '', 'undefined']) {
      expect(access.isAdmin(bearer(token))).toBe(false);
      expect(createAccess(undefined).access.isAdmin(bearer(token))).toBe(false);
    }
    expect(access.isAdmin(request({}))).toBe(false);
  });

  it('[A2] a public site may be read by any request, and others by the admin', () => {
    const { access } = createAccess(TOKEN, ['a.example', '*.b.example']);
    expect(access.mayRead(request({}), 'a.example')).toBe(true);
    expect(access.mayRead(request({}), 'x.b.example')).toBe(true);
    expect(access.mayRead(request({}), 'c.example')).toBe(false);
    expect(access.mayRead(bearer(TOKEN), 'c.example')).toBe(true);
  });

  it('[A2] [SEC51] the token of a site reads this site alone', () => {
    const { access } = createAccess(TOKEN);
    const token = access.siteToken('a.example');
    expect(access.mayRead(bearer(token), 'a.example')).toBe(true);
    expect(access.mayRead(bearer(token), 'b.example')).toBe(false);
    expect(access.isAdmin(bearer(token))).toBe(false);
    expect(createAccess(`${TOKEN}-2`).access.mayRead(bearer(token), 'a.example')).toBe(false);
  });

  it('[A3] [SEC46] a session lasts for 12 h at every server with the token, and cannot be made without it', () => {
    const { access, advance } = createAccess(TOKEN);
    const cookie = (value: string): IncomingMessage => request({ cookie: `a=b; ${COOKIE_NAME}=${value}` });
    const session = access.createSession();
    expect(access.isAdmin(cookie(session))).toBe(true);
    expect(createAccess(TOKEN).access.isAdmin(cookie(session))).toBe(true);
    expect(createAccess(`${TOKEN}-2`).access.isAdmin(cookie(session))).toBe(false);
    const [expiresAt, signature] = session.split('.') as [string, string];
    const forged = createHmac('sha256', '').update(`session:${expiresAt}`).digest('base64url');
    for (const value of [
      `${expiresAt}9.${signature}`,
      `${expiresAt}.`,
      expiresAt,
      '',
      `${expiresAt}.${forged}`,
    ]) {
      expect(access.isAdmin(cookie(value))).toBe(false);
    }
    advance(12 * 3_600_000 - 1);
    expect(access.isAdmin(cookie(session))).toBe(true);
    advance(1);
    expect(access.isAdmin(cookie(session))).toBe(false);
  });

  it('[A3] [SEC45] a session changes something only from a page of this server', () => {
    const { access } = createAccess(TOKEN);
    const post = (headers: Record<string, string>): IncomingMessage =>
      request(
        { cookie: `${COOKIE_NAME}=${access.createSession()}`, host: 'count.example', ...headers },
        'POST',
      );
    expect(access.isAdmin(post({ 'sec-fetch-site': 'same-origin' }))).toBe(true);
    expect(access.isAdmin(post({ origin: 'https://count.example' }))).toBe(true);
    for (const headers of [
      { 'sec-fetch-site': 'same-site', origin: 'https://count.example' },
      { origin: 'https://www.count.example' },
      { origin: 'null' },
      {},
    ]) {
      expect(access.isAdmin(post(headers))).toBe(false);
    }
  });
});
