import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isFromThisMachine } from '../../src/http/editor-route.ts';
import { makeFolder, readToken, startReload } from '../helpers/reload-server.ts';

/** A server, and a program in place of the editor that writes down its arguments. */
async function start() {
  const { folder: bin, write } = makeFolder();
  const opened = join(bin, 'opened');
  write('code', `#!/bin/sh\nprintf '%s ' "$@" > "${opened}"\n`);
  chmodSync(join(bin, 'code'), 0o755);
  const before = process.env['LAUNCH_EDITOR'];
  process.env['LAUNCH_EDITOR'] = join(bin, 'code');
  onTestFinished(() => {
    if (before === undefined) delete process.env['LAUNCH_EDITOR'];
    else process.env['LAUNCH_EDITOR'] = before;
  });
  const started = await startReload({ 'app.js': 'x', '.env': 'SECRET=1', 'index.html': 'x' });
  const token = await readToken(started.url);
  const origin = new URL(started.url).origin;

  async function post(
    body: unknown,
    { headers = {}, method = 'POST' }: { headers?: Record<string, string>; method?: string } = {},
  ): Promise<number> {
    const sent = request(new URL('/__live-online/editor', started.url), {
      method,
      headers: { origin, ...headers },
    });
    sent.end(typeof body === 'string' ? body : JSON.stringify(body));
    return new Promise((resolve, reject) => {
      sent.once('response', (response) => resolve(response.resume().statusCode!));
      sent.once('error', reject);
    });
  }
  return { ...started, token, post, opened: () => existsSync(opened) && readFileSync(opened, 'utf8') };
}

describe('opening a file in an editor', () => {
  it('[R10] a page of the server opens a file at its line', async () => {
    const { post, token, folder, opened } = await start();
    expect(await post({ token, file: 'app.js', line: 3, column: 5 })).toBe(200);
    await vi.waitFor(() => expect(opened()).toContain(`${folder}/app.js:3:5`));
  });

  it('[R8] [SEC86] rejects a wrong token, other origins, other hosts, other methods and other bodies', async () => {
    const { post, token, opened } = await start();
    const body = { token, file: 'app.js' };
    expect(await post({ ...body, token: 'wrong' })).toBe(403);
    expect(await post({ file: 'app.js' })).toBe(400);
    expect(await post(body, { headers: { origin: 'http://evil.example' } })).toBe(403);
    expect(await post(body, { headers: { origin: 'null' } })).toBe(403);
    expect(await post(body, { headers: { host: 'evil.example' } })).toBe(403);
    expect(await post('', { method: 'GET' })).toBe(405);
    for (const wrong of ['', '[]', 'null', '{"token":1}', JSON.stringify({ ...body, line: '1; rm -rf /' })])
      expect(await post(wrong)).toBe(400);
    expect(opened()).toBe(false);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1', true],
    ['::1', '::1', true],
    ['192.168.1.5', '192.168.1.5', true],
    ['192.168.1.9', '192.168.1.5', false],
    ['fe80::2', 'fe80::1', false],
    [undefined, undefined, false],
  ])('[R8] [SEC86] a connection from %s to %s may open an editor: %s', (remote, local, allowed) => {
    expect(isFromThisMachine(remote, local)).toBe(allowed);
  });

  it('[R8] [SEC86] opens only files of watched folders, and no dotfile, also through links', async () => {
    const { post, token, folder, opened } = await start();
    symlinkSync('/etc/hostname', join(folder, 'out.txt'));
    for (const file of ['/etc/hostname', '../../etc/hostname', '.env', 'out.txt', 'missing.js', '', '.'])
      expect(await post({ token, file }), file).toBe(404);
    expect(opened()).toBe(false);
  });
});
