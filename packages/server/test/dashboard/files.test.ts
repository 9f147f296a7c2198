import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCounterServer } from '../../src/index.ts';
import { ADMIN_TOKEN, cookieOf, serveDashboard } from '../helpers/dashboard.ts';

const folder = fileURLToPath(new URL('../../dist/pages/dashboard', import.meta.url));
const MAX_BYTES = 120_000;

describe('files of the dashboard', () => {
  it('[D6] all files together have at most 120 kB after gzip', () => {
    const names = readdirSync(folder);
    expect(names.sort()).toEqual(['app.js', 'index.html', 'login.html', 'styles.css']);
    const bytes = names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('[D3] [SEC49] HTML has no code and no styles, and every answer allows only the server’s own files', async () => {
    for (const name of ['index.html', 'login.html']) {
      const html = readFileSync(join(folder, name), 'utf8');
      expect(html).not.toMatch(/ style=|<style| on\w+=|<script(?![^>]* src=)|javascript:/);
    }
    const { send, signIn } = await serveDashboard();
    const session = { headers: { Cookie: cookieOf(await signIn(ADMIN_TOKEN)) } };
    const answers = [
      await send(''),
      await send('', session),
      await send('login'),
      await send('login?token=x'),
      await send('app.js'),
      await send('styles.css'),
      await send('missing'),
      await signIn('wrong'),
    ];
    for (const { headers } of answers) {
      const policy = headers.get('content-security-policy')!.split('; ');
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("style-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy.join()).not.toMatch(/unsafe|\*|https?:/);
      expect(headers.get('x-frame-options')).toBe('DENY');
    }
  });

  it('[D3] files are compressed, and a browser asks whether its copy is current', async () => {
    const { send } = await serveDashboard();
    const script = await send('app.js', { headers: { 'Accept-Encoding': 'br' } });
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('content-encoding')).toBe('br');
    expect(script.headers.get('cache-control')).toBe('no-cache');
    const again = await send('app.js', {
      headers: {
        'Accept-Encoding': 'br',
        'If-None-Match': script.headers.get('etag')!,
        // Otherwise `fetch` sends no-cache.
        'Cache-Control': 'max-age=0',
      },
    });
    expect(again.status).toBe(304);
  });

  it('[D3] other paths and methods are rejected', async () => {
    const { send } = await serveDashboard();
    for (const path of ['missing', 'index.html', '..%2fembed.html', 'constructor', 'toString']) {
      expect([path, (await send(path)).status]).toEqual([path, 404]);
    }
    const answer = await send('login', { method: 'PUT' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect((await send('logout')).status).toBe(405);
    expect((await send('app.js', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD');
  });

  it('[D1] a server without an admin token has no dashboard', async () => {
    const counter = createCounterServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => counter.close());
    const { url } = await counter.listen();
    for (const path of ['dashboard', 'dashboard/', 'dashboard/login', 'dashboard/app.js']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 404]);
    }
  });
});
