import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { HtmlResponder } from '../../src/injection/html-responder.ts';
import { createServedDocuments } from '../../src/injection/served-documents.ts';
import { StaticFiles } from '../../src/serving/static/static-files.ts';

/** Serves a file that its writer truncates right after it was opened, and completes when a request waits for it. */
async function serve(before: string, after: string): Promise<string> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'live-online-reload-')));
  const file = join(root, 'a.css');
  writeFileSync(file, before);
  let cut = false;
  const files = new StaticFiles({
    root,
    allow: [],
    onWarning: () => {},
    spa: false,
    directoryListing: false,
    responder: new HtmlResponder({
      documents: createServedDocuments(),
      version: () => 'a.0',
      scriptUrl: '/client.js',
      onWarning: () => {},
    }),
    content: {
      whenStable: (path) => {
        if (cut && path === file) writeFileSync(file, after);
        return Promise.resolve(statSync(path));
      },
      requested() {},
      missing() {},
      listed() {},
      served() {
        if (!cut) truncateSync(file);
        cut = true;
      },
    },
  });
  const server = createServer((request, response) => void files.handle(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(root, { recursive: true });
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.css`;
}

it('[R5] if a file is truncated while it is read, the request waits and gets it complete', async () => {
  const response = await fetch(await serve('a { top: 1px }', 'a { top: 2px }'), {
    signal: AbortSignal.timeout(4_000),
  });
  expect(await response.text()).toBe('a { top: 2px }');
});

it('[R5] if a large file is truncated while it is sent, the connection ends at once', async () => {
  const url = await serve('x'.repeat(3 << 20), 'y');
  await expect(
    fetch(url, { signal: AbortSignal.timeout(4_000) }).then((response) => response.text()),
  ).rejects.not.toHaveProperty('name', 'TimeoutError');
});
