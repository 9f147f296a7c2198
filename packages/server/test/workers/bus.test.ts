import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { BusCommand, BusLink } from '../../src/store/bus/bus.ts';
import { createMemoryBus } from '../../src/store/bus/memory-bus.ts';
import { createIpcBus } from '../../src/store/bus/ipc-bus.ts';
import { serveIpcBus } from '../../src/store/bus/serve-ipc-bus.ts';
import { createWorkersStore } from '../../src/workers/mesh.ts';
import { openIpc } from '../helpers/ipc.ts';

function openBus(maxBacklog?: number) {
  const memory = createMemoryBus();
  const ipc = openIpc();
  const end = serveIpcBus(memory, ipc.one.channel('bus'), maxBacklog);
  const bus = createIpcBus(ipc.two.channel('bus'));
  return { memory, bus, end, ...ipc };
}

async function connect({ bus }: Pick<ReturnType<typeof openBus>, 'bus'>) {
  const received: string[] = [];
  const down: string[] = [];
  const link: BusLink = await bus.connect({
    message: (channel, message) => void received.push(`${channel}=${message}`),
    down: (error) => void down.push(error.message),
  });
  return { ...link, received, down };
}

const ofHello: BusCommand = ['PUBLISH', 'one', 'hello'];

describe('the bus of workers', () => {
  it('[S8] runs every command of a mesh in the primary process', async () => {
    const link = await connect(openBus());
    await link.subscribe(['one']);
    expect(
      await link.run([
        ['HSET', 'key', '__proto__', '1', 'ü', ''],
        ['HGETALL', 'key'],
        ['HDEL', 'key', 'ü'],
        ['PEXPIRE', 'key', '1000'],
        ['DEL', 'key'],
        ['PUBLISH', 'one', 'hello'],
        ['NUMSUB', 'one', 'two'],
      ]),
    ).toEqual([
      2,
      new Map([
        ['__proto__', '1'],
        ['ü', ''],
      ]),
      1,
      1,
      1,
      1,
      new Map([
        ['one', 1],
        ['two', 0],
      ]),
    ]);
    expect(link.received).toEqual(['one=hello']);
    await link.unsubscribe(['one']);
    expect(await link.run([ofHello])).toEqual([0]);
  });

  it('[S8] sends all frames of one turn as one message', async () => {
    const bus = openBus();
    const link = await connect(bus);
    const before = bus.packets();
    await Promise.all(Array.from({ length: 100 }, () => link.run([ofHello])));
    expect(bus.packets() - before).toBe(2);
  });

  it('[S8] messages follow ticks and workers, not arrivals', async () => {
    const memory = createMemoryBus();
    const workers = await Promise.all(
      ['w1', 'w2', 'w3'].map(async (name) => {
        const ipc = openIpc();
        const end = serveIpcBus(memory, ipc.one.channel('bus'));
        const store = createWorkersStore(createIpcBus(ipc.two.channel('bus')), name, 'hosted');
        onTestFinished(() => store.close().then(end));
        await store.open({ changed() {}, stale() {}, claimed() {} });
        return { ...ipc, store };
      }),
    );
    const arrivals = 4_000;
    for (const { store } of workers) store.report('s', 1);
    await vi.waitFor(() => expect(workers.map(({ store }) => store.others('s'))).toEqual([2, 2, 2]));
    const packets = (): number => workers.reduce((sum, worker) => sum + worker.packets(), 0);
    const before = { packets: packets(), at: performance.now() };
    for (let count = 2; count <= arrivals; count++) {
      for (const { store } of workers) store.report('s', count);
      if (count % 8 === 0) await setImmediate();
    }
    const others = 2 * arrivals;
    await vi.waitFor(() =>
      expect(workers.map(({ store }) => store.others('s'))).toEqual([others, others, others]),
    );
    // In a tick each worker sends one message, receives the answer, and those of each worker.
    const ticks = (performance.now() - before.at) / 50 + 2;
    expect((packets() - before.packets) / ticks).toBeLessThan(3 * 5);
  });

  it('[S8] reports the loss of a link once, and opens a new one', async () => {
    const bus = openBus();
    const link = await connect(bus);
    bus.memory.reset();
    await vi.waitFor(() => expect(link.down).toEqual(['the bus was reset']));
    await expect(link.run([ofHello])).rejects.toThrow('this link has been closed');
    link.close();
    expect(await (await connect(bus)).run([ofHello])).toEqual([0]);
    expect(link.down).toHaveLength(1);
  });

  it('[S8] a worker that has ended, or has closed its link, is unsubscribed', async () => {
    const bus = openBus();
    const [left, stays] = [await connect(bus), await connect(bus)];
    await Promise.all([left.subscribe(['one']), stays.subscribe(['one'])]);
    left.close();
    expect(await stays.run([ofHello])).toEqual([1]);
    expect(left.received).toEqual([]);
    const watcher = await connect({ bus: bus.memory });
    bus.end();
    expect(await watcher.run([ofHello])).toEqual([0]);
  });

  it('[S8] closes the link of a worker that reads nothing, and accepts a new one', async () => {
    const bus = openBus(10_000);
    const link = await connect(bus);
    await link.subscribe(['one']);
    const speaker = await connect({ bus: bus.memory });
    bus.freeze();
    const receivers: unknown[] = [];
    for (let i = 0; i < 50; i++)
      receivers.push(...(await speaker.run([['PUBLISH', 'one', 'x'.repeat(1_000)]])));
    expect(receivers.filter((count) => count === 1).length).toBeLessThan(15);
    expect(receivers.at(-1)).toBe(0);
    bus.thaw();
    await vi.waitFor(() => expect(link.down).toEqual(['backlog limit exceeded: this worker does not read']));
    const again = await connect(bus);
    await again.subscribe(['one']);
    await speaker.run([ofHello]);
    await vi.waitFor(() => expect(again.received).toEqual(['one=hello']));
  });
});
