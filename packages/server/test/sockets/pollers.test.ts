import { expect, it, onTestFinished, vi } from 'vitest';
import { createResolvedServer } from '../../src/create-counter-server.ts';
import { resolveServerOptions } from '../../src/options/resolve-options.ts';
import { openPage } from '../helpers/page.ts';

it('[C6] a polling client that answers every heartbeat stays connected', async () => {
  const server = createResolvedServer({
    ...resolveServerOptions({ host: '127.0.0.1', port: 0, transports: ['websocket', 'polling'] }),
    heartbeat: { intervalMs: 100, timeoutMs: 5_000 },
  });
  onTestFinished(() => server.close());
  const { url } = await server.listen();
  const page = openPage(url, { origin: 'http://a.example', transports: ['polling'] });
  let answers = 0;
  await page.receives(1);
  page.socket.io.engine.on('packetCreate', () => answers++);
  await vi.waitFor(() => expect(answers).toBeGreaterThan(15), { timeout: 10_000 });
  expect(server.stats().terminated).toEqual({});
  expect(page.socket.connected).toBe(true);
});
