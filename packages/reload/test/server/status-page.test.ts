import { symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Status } from '../../src/status/status-log.ts';
import { asDocument } from '../helpers/backend.ts';
import { connectPage, makeFolder, startReload } from '../helpers/reload-server.ts';

const HOSTILE = '<u onclick>';

async function readStatus(url: string): Promise<Status> {
  return (await (await fetch(new URL('/__live-online/status.json', url))).json()) as Status;
}

describe('the page of the status', () => {
  it('[R21] runs no code but its own script, and cannot be framed', async () => {
    const { url } = await startReload({});
    for (const path of ['', 'status.css', 'status.js', 'status.json']) {
      const response = await fetch(new URL(`/__live-online/${path}`, url));
      expect(response.status).toBe(200);
      const { headers } = response;
      expect(headers.get('Content-Security-Policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin');
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('Access-Control-Allow-Origin')).toBeNull();
      await response.arrayBuffer();
    }
    expect((await fetch(new URL('/__live-online/status.json', url), { method: 'POST' })).status).toBe(405);
    expect((await fetch(new URL('/__live-online/constructor', url))).status).toBe(404);
  });

  it('[R21] names no absolute folder of this machine in a warning', async () => {
    const secret = makeFolder({ 'a.txt': 'x' }).folder;
    const { url, folder, warnings } = await startReload({}, { ignore: [`${makeFolder().folder}/*.log`] });
    symlinkSync(secret, join(folder, 'out'));
    expect((await fetch(new URL('/out/a.txt', url))).status).toBe(404);
    await vi.waitFor(async () => {
      // The terminal names the folder, so that the user can allow it.
      expect(warnings.join()).toContain(`--allow ${secret}`);
      expect((await readStatus(url)).warnings).toMatchObject([
        { text: expect.stringMatching(/^out is not served.* --allow [\w-]+$/) },
      ]);
    }, 10_000);
    expect(JSON.stringify(await readStatus(url))).not.toContain(tmpdir());
  });

  it('[R21] reports pages, responses and updates, without queries', async () => {
    const { url, port, write } = await startReload({ 'index.html': '<p>x', 'a.js': '' });
    const html = await (await fetch(new URL('/?secret=1', url), { headers: asDocument })).text();
    await (await fetch(new URL('/a.js', url))).text();
    await (await fetch(new URL('/none', url))).text();
    const page = /data-page="([\w-]+)"/.exec(html)![1]!;
    const token = /"token":"([\w-]+)"/.exec(
      await (await fetch(new URL('/__live-online/client.js', url))).text(),
    )![1]!;
    const opened = await connectPage(url, {
      origin: `http://127.0.0.1:${port}`,
      auth: { v: 1, token, page },
    });
    write('a.js', 'changed()');
    await vi.waitFor(() => expect(opened.updates).not.toEqual([]));
    write(`${HOSTILE}.js`, '');
    await vi.waitFor(async () => {
      const { served, updates, devices, about } = await readStatus(url);
      expect(about).toMatchObject({ kind: 'folder' });
      expect(served.recent.map(({ path, status }) => [path, status])).toEqual([
        ['/none', 404],
        ['/a.js', 200],
        ['/', 200],
      ]);
      expect(devices).toMatchObject([{ address: 'this machine', pages: [{ path: '/' }] }]);
      expect(updates).toMatchObject([
        { files: [`${HOSTILE}.js`], outcome: 'nothing', reason: 'no open page has requested it' },
        {
          files: ['a.js'],
          outcome: expect.stringMatching(/^reloads 1 page \(\d+ ms\)$/),
          reason: 'scripts are not replaced in place',
        },
      ]);
    });
  });
});
