import { describe, expect, it, vi } from 'vitest';
import { createReloadServer } from '../../src/create-reload-server.ts';
import { ReloadServerError } from '../../src/errors.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';
import { connectPage, makeFolder, startReload } from '../helpers/reload-server.ts';

describe('options', () => {
  it.each<[object, string]>([
    [{ folder: '.', port: 70_000, spa: 'yes' }, 'spa must be .*; port must be'],
    [{ folder: '.', nonsense: 1 }, 'nonsense is an unknown option'],
    [{}, 'name a folder'],
    [{ folder: '.', proxy: 'http://localhost:1', serve: false }, 'proxy cannot be combined with serve'],
    [{ proxy: 'http://localhost:1' }, 'watch must name'],
    [{ folder: '.', proxy: 'http://user:pass@localhost:1' }, 'proxy must be'],
    [{ folder: '.', allowedOrigins: ['http://a/b'] }, 'allowedOrigins\\[0\\] must be'],
    [{ folder: '.', allowedHosts: ['http://a'] }, 'allowedHosts\\[0\\] must be'],
  ])('[R1] %j: the error names every mistake by its path', (options, message) => {
    const create = (): unknown => createReloadServer(options);
    expect(create).toThrow(ReloadServerError);
    expect(create).toThrow(new RegExp(message));
  });

  it('[R1] a folder that does not exist is an error', () => {
    expect(() => createReloadServer({ folder: '/no/such/folder' })).toThrow('/no/such/folder does not exist');
  });

  it('[R1] a file instead of a folder is an error', () => {
    const { folder } = makeFolder({ 'index.html': 'x' });
    const options = { folder: `${folder}/index.html` };
    expect(() => createReloadServer(options)).toThrow('index.html is a file: choose its folder');
  });

  it('[R1] without serving the port is strict, because pages of other servers contain it', () => {
    const { folder } = makeFolder();
    for (const options of [{ folder, serve: false }, { watch: [folder] }]) {
      expect(resolveOptions(options)).toMatchObject({ port: 8081, strictPort: true });
    }
    expect(resolveOptions({ folder })).toMatchObject({ port: 8080, strictPort: false });
  });

  it('[R8] allowedOrigins are normalized to the form in which browsers send them', () => {
    const { folder } = makeFolder();
    const { allowedOrigins } = resolveOptions({ folder, allowedOrigins: ['HTTP://Box.lan:3000/'] });
    expect(allowedOrigins).toEqual(['http://box.lan:3000']);
  });

  it('[R1] an option that is undefined gets its default', () => {
    const { folder } = makeFolder();
    expect(() => createReloadServer({ folder, port: undefined, proxy: undefined } as object)).not.toThrow();
  });
});

describe('closing', () => {
  it('[R1] close() may be called twice, disconnects pages, and cannot be reverted', async () => {
    const { url, port, server } = await startReload({ 'index.html': 'x' });
    const page = await connectPage(url, { origin: `http://127.0.0.1:${port}` });
    const closed = server.close();
    expect(server.close()).toBe(closed);
    await closed;
    await vi.waitFor(() => expect(page.socket.connected).toBe(false));
    await expect(fetch(url)).rejects.toThrow();
    await expect(server.listen()).rejects.toThrow(ReloadServerError);
  });

  it('[R1] close() works before anything is opened', async () => {
    const { folder } = makeFolder();
    const server = createReloadServer({ folder });
    await server.close();
    expect(() => server.middleware()).toThrow('closed');
  });

  it('[R1] close() while the port is being opened rejects listen() and frees the port', async () => {
    const { folder } = makeFolder();
    const server = createReloadServer({ folder, port: 0, cacheFolder: makeFolder().folder });
    const listening = server.listen();
    const closing = server.close();
    await expect(listening).rejects.toMatchObject({ code: 'closed' });
    await closing;
  });
});
