import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { sendRequest } from '../helpers/backend.ts';
import { connectPage, makeFolder, readToken, startReload } from '../helpers/reload-server.ts';

it('[R9] [SEC88] no request and no message of a page starts a command', async () => {
  const src = makeFolder({ 'a.txt': 'one' });
  const runs = join(makeFolder().folder, 'runs');
  const { url, port } = await startReload(
    { 'index.html': 'x' },
    { watch: [src.folder], exec: [{ command: `echo run >> "${runs}"`, on: [src.folder] }], sync: true },
  );
  const count = (): number => (existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n').length : 0);
  const origin = `http://localhost:${port}`;
  const token = await readToken(url);
  // A command may run at the start.
  const paths = ['exec', 'run', 'command', 'editor', 'notify', 'status', '', 'socket.io/', 'sync', 'pages/x'];
  for (const path of paths) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const body =
        method === 'GET'
          ? undefined
          : JSON.stringify({ token, command: `echo run >> "${runs}"`, file: 'index.html; echo run' });
      const response = await sendRequest(port, `/__live-online/${path}?command=x`, {
        method,
        headers: { origin },
        ...(body !== undefined && { body }),
      });
      response.resume();
    }
  }
  const page = await connectPage(url, { origin, host: `localhost:${port}`, auth: { v: 1, token } });
  expect(page.ok).toBe(true);
  const emit = page.socket.emit.bind(page.socket) as (event: string, message: object) => void;
  for (const event of ['exec', 'command', 'update', 'overlay']) emit(event, { command: 'x' });
  const before = count();
  src.write('a.txt', 'two');
  // A change runs it.
  await vi.waitFor(() => expect(count()).toBeGreaterThan(before), { timeout: 20_000 });
  expect(before).toBeLessThanOrEqual(1);
});
