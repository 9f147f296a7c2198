import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCounterServer, createMemoryHub, memoryStore } from '../src/index.ts';
import { startCounter } from './helpers/counter.ts';
import { inEachEngine } from './helpers/engines.ts';
import { openPage } from './helpers/page.ts';
import { openRawClient } from './helpers/raw-client.ts';

describe('starting and closing', () => {
  it('[C10] close is the same promise each time, and frees the port', async () => {
    const { counter, port } = await startCounter();
    expect(counter.close()).toBe(counter.close());
    await counter.close();
    const again = createCounterServer({ host: '127.0.0.1', port });
    onTestFinished(() => again.close());
    await again.listen();
    await expect(counter.listen()).rejects.toMatchObject({ code: 'closed' });
  });

  it('[C10] a counter that was never started closes as well', async () => {
    await createCounterServer().close();
  });

  it('[C10] closing while the port is being opened leaves it free', async () => {
    const counter = createCounterServer({ host: '127.0.0.1', port: 0 });
    const listening = counter.listen();
    const closed = counter.close();
    await expect(listening).rejects.toMatchObject({ code: 'closed' });
    await closed;
  });

  it('[C11] the error of a port in use says what to do', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const counter = createCounterServer({ host: '127.0.0.1', port });
    onTestFinished(() => counter.close());
    await expect(counter.listen()).rejects.toMatchObject({
      code: 'port-in-use',
      message: `127.0.0.1, port ${port} is in use: choose another port, or 0 for any free one`,
    });
    await expect(createCounterServer({ host: '203.0.113.1', port: 0 }).listen()).rejects.toMatchObject({
      code: 'host-unknown',
    });
  });

  it('[C9] servers that share a store add up to one total', async () => {
    const hub = createMemoryHub();
    const [one, two] = [
      await startCounter({ store: memoryStore(hub) }),
      await startCounter({ store: memoryStore(hub) }),
    ];
    const [first, second] = [one, two].map(({ url }) => openPage(url, { origin: 'https://a.example' }));
    await Promise.all([first!.receives(2), second!.receives(2)]);
    expect(one.counter.total('a.example')).toBe(2);
    await two.counter.close();
    await first!.receives(1);
  });
});

inEachEngine('closing', (startCounter) => {
  it('[C10] pages reconnect to the next server by themselves', async () => {
    const { counter, port, url } = await startCounter();
    const page = openPage(url, { origin: 'https://a.example' });
    page.socket.io.reconnection(true);
    page.socket.io.reconnectionDelay(50);
    await page.receives(1);
    await counter.close();
    expect(await page.closed()).toBe('transport close');
    await startCounter({ port });
    await vi.waitFor(() => expect(page.totals).toEqual([1, 1]));
  });

  it('[C10] close does not wait for a client that does not answer', { timeout: 10_000 }, async () => {
    const { counter, url } = await startCounter();
    const deaf = await openRawClient(url);
    deaf.ws.pause();
    await counter.close();
    expect(counter.totals().size).toBe(0);
  });
});
