import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createReloadServer } from '../../src/create-reload-server.ts';
import { connectPage, makeFolder, readToken, startReload } from '../helpers/reload-server.ts';

const SECRET = 'hunter2';
const css = (color: string): string => `a { color: ${color}; /* ${SECRET} */ }`;
const html = (title: string): string => `<!doctype html><title>${title}</title><p>${SECRET}`;
const files = { 'a.css': css('red'), 'index.html': html('one'), 'a.txt': SECRET };

describe('--no-serve', () => {
  it('[R8] with --no-serve, updates contain no text of a file', async () => {
    const {
      url,
      write,
      updates: reports,
    } = await startReload(files, {
      serve: false,
      allowedOrigins: ['http://box.lan:3000'],
    });
    const auth = { v: 1, token: await readToken(url, '/') };
    const pages = await Promise.all(
      ['http://localhost:3000', 'http://127.0.0.1:5173', 'http://box.lan:3000'].map((origin) =>
        connectPage(url, { origin, auth }),
      ),
    );
    for (const [name, text] of [
      ['a.css', css('blue')],
      ['index.html', html('two')],
      ['a.txt', `${SECRET}, too`],
    ] as const) {
      const before = reports.length;
      write(name, text);
      await vi.waitFor(() => expect(reports.length).toBeGreaterThan(before));
    }
    for (const { updates } of pages) {
      await vi.waitFor(() => expect(updates).toHaveLength(3));
      expect(updates[0]).toMatchObject({ action: 'apply', css: ['a.css'] });
      expect(JSON.stringify(updates)).not.toContain(SECRET);
      for (const update of updates) {
        expect(update).not.toHaveProperty('cssTexts');
        expect(update).not.toHaveProperty('htmlText');
      }
    }
  });

  it('[R8] if only pages of this server connect, updates contain texts of files', async () => {
    const { url, port, write } = await startReload(files);
    const { updates } = await connectPage(url, { origin: `http://127.0.0.1:${port}` });
    write('a.css', css('blue'));
    await vi.waitFor(() => expect(updates[0]?.cssTexts).toEqual({ '/a.css': css('blue') }));
  });

  it('[R8] if a middleware also listens without serving, updates contain no text', async () => {
    const { folder, write } = makeFolder(files);
    const reload = createReloadServer({ watch: [folder], port: 0, cacheFolder: makeFolder().folder });
    onTestFinished(() => reload.close());
    const host = createServer((request, response) =>
      reload.middleware()(request, response, () => response.end()),
    ).listen(0, '127.0.0.1');
    await once(host, 'listening');
    onTestFinished(() => void host.close());
    const hostUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    const auth = { v: 1, token: await readToken(hostUrl) };
    const { url } = await reload.listen();
    await reload.ready();
    const pages = [
      await connectPage(hostUrl, { origin: hostUrl, auth }),
      await connectPage(url, { origin: 'http://localhost:3000', auth }),
    ];
    write('a.css', css('blue'));
    for (const { updates } of pages) {
      await vi.waitFor(() => expect(updates).toHaveLength(1));
      expect(JSON.stringify(updates)).not.toContain(SECRET);
    }
  });

  it.each([{ serve: false }, {}])('[R8] a page without an origin is rejected (%j)', async (options) => {
    const { url, port } = await startReload(files, options);
    const path = options.serve === false ? '/' : '/__live-online/client.js';
    const auth = { v: 1, token: await readToken(url, path) };
    expect((await connectPage(url, { origin: 'null', auth })).ok).toBe(false);
    const statusOf = async (headers: Record<string, string>): Promise<number | undefined> => {
      const sent = request({ host: '127.0.0.1', port, path, headers: { origin: 'null', ...headers } }).end();
      const [response] = (await once(sent, 'response')) as [{ statusCode?: number; resume(): void }];
      response.resume();
      return response.statusCode;
    };
    expect(await statusOf({})).toBe(403);
    // Only a form of one of the server's own pages may send this, and without serving there are none.
    expect(await statusOf({ 'sec-fetch-site': 'same-origin' })).toBe(options.serve === false ? 403 : 200);
  });

  it.each([['null'], ['http://localhost:3000', 'NULL']])(
    '[R8] allowedOrigins must not contain null (%j)',
    (...allowedOrigins) => {
      const at = allowedOrigins.length - 1;
      expect(() => createReloadServer({ ...makeFolder(), serve: false, allowedOrigins })).toThrow(
        expect.objectContaining({
          code: 'options-invalid',
          message: expect.stringMatching(
            new RegExp(`^allowedOrigins\\[${at}\\] must not be "null", .*any site.*serve the pages`),
          ),
        }),
      );
    },
  );
});
