import { describe, expect, it } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { createFakeStore } from '../helpers/fake-store.ts';
import { openPage } from '../helpers/page.ts';
import { revalidate } from '../helpers/revalidate.ts';

/** A server whose site a.example is public, and has `members`. */
async function startPublic(members = 0): Promise<{ badge: string; frame: string; url: string }> {
  const { counter, url } = await startCounter({ publicSites: ['a.example'] });
  const pages = Array.from({ length: members }, () => openPage(url, { origin: 'https://a.example' }));
  await Promise.all(pages.map((page) => page.receives(members)));
  expect(counter.total('a.example')).toBe(members);
  return { badge: `${url}v1/sites/a.example/badge.svg`, frame: `${url}v1/sites/a.example/badge.html`, url };
}

async function problemOf(response: Response): Promise<{ code: string; detail: string }> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return (await response.json()) as { code: string; detail: string };
}

describe('the SVG badge', () => {
  it('[B1] shows the number of a public site', async () => {
    const { badge } = await startPublic(2);
    const response = await fetch(badge);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(await response.text()).toMatch(/^<svg [^>]*role="img" aria-label="online: 2"/);
  });

  it('[B1] has the label, the colours and the style of its query', async () => {
    const { badge } = await startPublic();
    const text = await (
      await fetch(`${badge}?label=%3Chier%3E&color=0af&labelColor=blue&style=flat-square`)
    ).text();
    expect(text).toContain('aria-label="&lt;hier&gt;: 0"');
    expect(text).toContain('fill="#0af"');
    expect(text).toContain('fill="#007ec6"');
    expect(text).toContain('crispEdges');
    expect(await (await fetch(`${badge}?label=`)).text()).toContain('aria-label="0"');
    expect(await (await fetch(`${badge}?count=tabs&style=for-the-badge`)).text()).toContain('"ONLINE: 0"');
  });

  it.each([
    ['style=round', 'style must be one of flat, flat-square, plastic, for-the-badge'],
    ['count=visits', 'count must be one of people, tabs'],
    ['color=%23ab', 'color must be 3 or 6 hex digits, such as 1a7f37, or one of brightgreen, '],
    ['color=constructor', 'color must be'],
    ['label=a%00b', 'label must not have control characters'],
    ['label=%EF%BF%BF', 'label must not have control characters'],
    ['label=a&label=b', 'label occurs twice'],
    ['colour=red', '"colour" is none of label, color, labelColor, style, count'],
    ['__proto__=1', '"__proto__" is none of label'],
    ['style=x&count=y', 'style must be one of flat, flat-square, plastic, for-the-badge; count must be'],
    [`label=${'x'.repeat(65)}`, 'label must have at most 64 characters'],
    [`label=${'x'.repeat(1_001)}`, 'the query has more than 1000 characters'],
  ])('[B1] a query %.40j is a 400 that says what is wrong', async (query, detail) => {
    const { badge } = await startPublic();
    const response = await fetch(`${badge}?${query}`);
    expect(response.status).toBe(400);
    const problem = await problemOf(response);
    expect(problem.code).toBe('query-invalid');
    expect(problem.detail).toContain(detail);
  });

  it('[B1] may be kept by no cache unasked, and is not sent again to one that has it', async () => {
    const { badge, url } = await startPublic(1);
    const first = await fetch(badge);
    const etag = first.headers.get('etag')!;
    expect(first.headers.get('cache-control')).toBe('no-cache, max-age=0');
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    expect(first.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
    const again = await revalidate(badge, etag);
    expect(again).toMatchObject({ status: 304, headers: { etag, 'cache-control': 'no-cache, max-age=0' } });
    const head = await fetch(badge, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')]).toEqual([200, etag]);
    expect(head.headers.get('content-length')).toBe(String((await first.arrayBuffer()).byteLength));
    await openPage(url, { origin: 'https://a.example' }).receives(2);
    expect((await revalidate(badge, etag)).status).toBe(200);
  });

  it('[B1] [SEC51] of a site that is not public needs a token, and then no shared cache may store it', async () => {
    const { url } = await startCounter({ publicSites: ['a.example'], adminToken: 'an-admin-token-of-tests' });
    const badge = `${url}v1/sites/b.example/badge.svg`;
    const rejected = await fetch(badge);
    expect(rejected.status).toBe(401);
    expect((await problemOf(rejected)).code).toBe('token-missing');
    expect((await fetch(badge, { headers: { Authorization: 'Bearer wrong' } })).status).toBe(403);
    const allowed = await fetch(badge, { headers: { Authorization: 'Bearer an-admin-token-of-tests' } });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('[B1] a stale number has "~" in front of it, and is grey', async () => {
    const store = createFakeStore('b');
    const { url } = await startCounter({ publicSites: ['*'], store });
    store.setStale('a.example', true);
    const text = await (await fetch(`${url}v1/sites/a.example/badge.svg?color=f00`)).text();
    expect(text).toContain('aria-label="online: ~0"');
    expect(text).not.toContain('#f00');
  });
});

describe('the live badge', () => {
  it('[B2] is a page for any frame, which loads its own files only', async () => {
    const { frame, url } = await startPublic();
    const response = await fetch(`${frame}?label=hier&theme=dark&color=fff&background=%234f46e5&count=tabs`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|frame-ancestors/);
    expect(response.headers.get('x-frame-options')).toBeNull();
    const html = await response.text();
    const files = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file]) => new URL(file!, frame).href);
    expect(files).toHaveLength(4);
    for (const file of files) {
      expect(file.startsWith(`${url}pages/`)).toBe(true);
      expect((await fetch(file)).status, file).toBe(200);
    }
    expect(html).not.toMatch(/<script(?![^>]*src=)|style=|<style/);
  });

  it('[B2] a query that is not valid is a 400', async () => {
    const { frame } = await startPublic();
    const problem = await problemOf(await fetch(`${frame}?theme=blue&color=red`));
    expect(problem.detail).toBe(
      'theme must be one of auto, light, dark; color must be 3 or 6 hex digits, such as 1a7f37',
    );
  });
});
