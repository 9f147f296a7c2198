import { describe, expect, it } from 'vitest';
import { startCounter } from '../helpers/counter.ts';
import { revalidate } from '../helpers/revalidate.ts';

describe('the embed page', () => {
  it('[B3] is at `embed`, with its files below `pages/`, and needs no access', async () => {
    const { url } = await startCounter();
    const response = await fetch(`${url}embed`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await response.text();
    const files = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(1);
    for (const file of [...files, 'pages/preview.html', 'pages/preview.js', 'pages/preview.css']) {
      expect((await fetch(url + file)).status, file).toBe(200);
    }
    expect((await fetch(`${url}pages/sample.svg?number=1234`)).status).toBe(200);
    expect((await fetch(`${url}pages/sample.svg?number=-1`)).status).toBe(400);
  });

  it('[B3] [SEC49] has a policy without inline scripts, and is in no frame of another origin', async () => {
    const { url } = await startCounter();
    const policyOf = async (path: string): Promise<string> =>
      (await fetch(url + path)).headers.get('content-security-policy')!;
    const embed = await policyOf('embed');
    expect(embed).toContain("default-src 'none'; script-src 'self'");
    expect(embed).toContain("frame-ancestors 'none'");
    const preview = await policyOf('pages/preview.html');
    expect(preview).toContain("frame-ancestors 'self'");
    // A preview that could connect would be counted.
    expect(preview).not.toContain('connect-src');
    for (const policy of [embed, preview]) expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('[B3] is compressed, and is not sent again to a client that has it', async () => {
    const { url } = await startCounter();
    const first = await fetch(`${url}embed`, { headers: { 'Accept-Encoding': 'br' } });
    expect(first.headers.get('content-encoding')).toBe('br');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag')!;
    expect((await revalidate(`${url}embed`, etag, { 'Accept-Encoding': 'br' })).status).toBe(304);
    expect((await fetch(`${url}embed`, { method: 'HEAD' })).status).toBe(200);
  });

  it.each(['pages/', 'pages/nothing', 'pages/../index.js', 'pages/embed.html', 'pages/__proto__', 'embed/'])(
    '[B3] /%s is a 404',
    async (path) => {
      const { url } = await startCounter();
      const { status } = await fetch(url + path.replace('..', '%2e%2e'));
      expect(status).toBe(404);
    },
  );

  it('[B3] answers GET and HEAD only', async () => {
    const { url } = await startCounter();
    for (const path of ['embed', 'pages/embed.js']) {
      const response = await fetch(url + path, { method: 'POST' });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });
});
