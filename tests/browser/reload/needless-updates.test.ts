import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inChromiumFirst } from '../../helpers/browsers.ts';
import { makeFolder, openTab, runReload, startReload } from '../../helpers/reload-tool.ts';

/** A backend that writes `debug.log` at each request of a page. */
async function startWritingBackend(folder: string): Promise<string> {
  const backend = createServer((_request, response) => {
    appendFileSync(join(folder, 'debug.log'), `${performance.now()}\n`);
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>x</title><h1>hello');
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => {
    backend.closeAllConnections();
    backend.close();
  });
  return `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
}

inChromiumFirst('updates that no page needs in $name', ({ getContext }) => {
  it('[R11] a log that the backend writes at each request is set aside, with one warning', async () => {
    const { folder, write } = makeFolder({ 'index.php': 'one', 'debug.log': '' });
    const backend = await startWritingBackend(folder);
    const tool = await runReload(['--proxy', backend, '--watch', folder, '--port', '0']);
    const tab = await openTab(await getContext(), tool.url);
    write('index.php', 'two');
    const warned = (): (string | undefined)[] => tool.logged('warning').map(({ message }) => message);
    const isIgnored = [expect.stringContaining("--ignore 'debug.log'")];
    await vi.waitFor(() => expect(warned()).toEqual(isIgnored), { timeout: 60_000 });
    // The last update may still be on its way to the page.
    write('a.php', 'x');
    await vi.waitFor(() => expect(tool.logged('update').at(-1)!.files).toContain('a.php'));
    const updates = tool.logged('update').flatMap(({ files }) => files);
    expect(updates.filter((name) => name === 'debug.log').length).toBeLessThan(10);
    await vi.waitFor(async () => expect(await tab.page.textContent('h1')).toBe('hello'));
  });

  it('[R4] what frames and workers have requested is used, and nothing else', async () => {
    const { folder, write } = makeFolder({
      'index.html':
        '<!doctype html><title>x</title><iframe src="frame.html"></iframe><script src="app.js"></script>',
      'frame.html': '<!doctype html><title>x</title><script src="frame.js"></script>',
      'frame.js': 'window.frame = 1',
      'app.js': 'new Worker("worker.js").onmessage = ({ data }) => (document.title = data)',
      'worker.js': 'importScripts("part.js")',
      'part.js': 'postMessage("one")',
      'README.md': 'one',
    });
    const tool = await startReload({ folder });
    const tab = await openTab(await getContext(), tool.url);
    const shows = (title: string): Promise<void> =>
      vi.waitFor(async () => expect(await tab.page.title().catch(() => '')).toBe(title));
    await shows('one');
    await tool.read;
    const loads = tab.loads();
    write('README.md', 'longer');
    await vi.waitFor(() => expect(tool.skipped.length + tool.updates.length).toBeGreaterThan(0));
    expect(tool.updates).toEqual([]);
    const reason = 'no open page has requested it';
    await vi.waitFor(() => expect(tool.skipped).toEqual([{ files: ['README.md'], reason }]));
    expect(tab.loads()).toBe(loads);
    write('part.js', 'postMessage("two!")');
    await shows('two!');
    write('frame.js', 'window.frame = "saved"');
    await vi.waitFor(() =>
      expect(tool.updates.map(({ files }) => files)).toEqual([['part.js'], ['frame.js']]),
    );
  });
});
