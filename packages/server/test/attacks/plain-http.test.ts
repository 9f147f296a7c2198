import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CounterServerOptions } from '../../src/index.ts';
import { openAttacker } from '@live-online/internal/testing/attacker';
import { startTarget, type Target, type TargetKind } from '../helpers/target.ts';

/** Connects, sends `message`, and reads nothing. */
async function open(port: number, message: string, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(message);
  return socket;
}

const openMany = (count: number, ...connection: Parameters<typeof open>): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, () => open(...connection)));

function attack(kind: TargetKind, options: CounterServerOptions = {}): { target: () => Target } {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget(kind, { decreaseDelayMs: 0, minUpdateIntervalMs: 10, ...options });
  });
  afterAll(() => target.close());
  // A process that has just started needs time and memory for its first client.
  it('serves a new client', () => target.expectToServe());
  return { target: () => target };
}

describe.each<TargetKind>(['own', 'express', 'workers'])('pipelined requests to a counter %s', (kind) => {
  const { target } = attack(kind);
  const held = async (): Promise<number> => {
    const { memory } = await target().ask();
    return (memory.heapUsed + memory.external) / (1 << 20);
  };

  it('[C11] [SEC4] of a client that does not read cost bounded memory', async () => {
    const { port, socketPath } = target();
    const path = socketPath.replace('socket.io/', '');
    await held();
    const before = { held: await held(), descriptors: target().measure().descriptors };
    await openMany(25, port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(400));
    await target().expectToServe();
    // 22 MiB without a bound, for as long as the clients like.
    await vi.waitFor(async () => expect((await held()) - before.held).toBeLessThan(4), 5_000);
    const descriptors = (): number => target().measure().descriptors;
    await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(before.descriptors + 1), 5_000);
  });
});

describe.each<TargetKind>(['own', 'workers'])('a flood of connections to a counter %s', (kind) => {
  const LIMIT = 100;
  const { target } = attack(kind, { maxPendingConnections: LIMIT });

  it.each([
    ['idle', ''],
    ['with slow heads', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(10_000)}`],
    ['with unread answers', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(4)],
  ])('[C11] [SEC5] connections without a session leave room for others: %s', async (_name, message) => {
    const bystander = target().openPage('https://bystander.example');
    await bystander.receives(1);
    const before = target().measure();
    const most = (kind === 'workers' ? 2 : 1) * LIMIT;
    const attackers: Socket[] = [];
    for (let round = 0; round < 8; round++) {
      attackers.push(...(await openMany(LIMIT, target().port, message)));
      await target().expectToServe();
      const { descriptors, mib } = target().measure();
      // A few more are those of new clients, which may not be closed yet.
      expect(descriptors).toBeLessThanOrEqual(before.descriptors + most + 5);
      expect(mib - before.mib, 'MiB more').toBeLessThan(32);
    }
    expect((await target().ask()).totals).toMatchObject({ 'bystander.example': 1 });
    await bystander.receives(1);
    for (const socket of attackers) socket.destroy();
    await vi.waitFor(
      () => expect(target().measure().descriptors).toBeLessThanOrEqual(before.descriptors),
      5_000,
    );
    await vi.waitFor(async () => {
      const { rejected } = (await target().ask()).stats;
      expect(rejected['maxPendingConnections']).toBeGreaterThan(0);
    }, 5_000);
  });
});

describe('a flood of connections from one address', () => {
  const { target } = attack('own', { maxPendingPerAddress: 20 });

  it('[C11] [SEC5] costs other addresses nothing', async () => {
    const { port, socketPath } = target();
    const idle = await open(port, '', '127.0.0.2');
    let isOpen = true;
    idle.on('close', () => (isOpen = false)).resume();
    const before = target().measure();
    await openAttacker({ port, socketPath });
    await openMany(200, port, '', '127.0.0.3');
    await vi.waitFor(async () => {
      const { stats } = await target().ask();
      expect(stats.rejected).toEqual({ maxPendingPerAddress: 180 });
      expect(stats.connections).toBe(1);
    }, 5_000);
    expect(target().measure().descriptors).toBeLessThanOrEqual(before.descriptors + 22);
    expect(isOpen).toBe(true);
  });
});
