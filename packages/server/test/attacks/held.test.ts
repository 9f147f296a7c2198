import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openAttacker } from '@live-online/internal/testing/attacker';
import { engines } from '../helpers/engines.ts';
import { startTarget, type Target } from '../helpers/target.ts';

describe.each(engines)('connections that are held, by %s', (engine) => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget('own', { engine, decreaseDelayMs: 0, minUpdateIntervalMs: 10 });
    return () => target.close();
  });

  it('[C11] [SEC4] a close that is not answered ends within 2 s, also that of a replaced member', async () => {
    const { port, socketPath } = target;
    const before = target.measure().descriptors;
    const auth = JSON.stringify({ member: 'one-and-the-same' });
    const attackers = [];
    for (let count = 0; count < 20; count++) {
      // Each one replaces the one before, whose close frame stays unanswered.
      attackers.push(await openAttacker({ port, socketPath, connect: `40${auth}` }));
    }
    await vi.waitFor(() => expect(target.measure().descriptors).toBeLessThanOrEqual(before + 1), 4_000);
    expect((await target.ask()).totals).toEqual({ 'attacker.example': 1 });
    for (const { socket } of attackers) socket.destroy();
  });
  /** Opens connections that have joined, each with `more` in the head of its request, and returns what one costs, in kB. */
  async function costOf(more: { query?: string; headers?: string }): Promise<number> {
    const count = 200;
    const origin = `https://${randomBytes(8).toString('hex')}.example`;
    const settled = async (): Promise<number> => {
      await target.ask();
      return (await target.ask()).memory.heapUsed / 1_024;
    };
    const before = await settled();
    const open = Array.from({ length: count }, () =>
      openAttacker({ port: target.port, socketPath: target.socketPath, origin, ...more }),
    );
    const attackers = await Promise.all(open);
    const after = await settled();
    for (const { socket } of attackers) socket.destroy();
    await vi.waitFor(async () =>
      expect((await target.ask()).totals).not.toHaveProperty([new URL(origin).hostname]),
    );
    return (after - before) / count;
  }

  /** Three measurements: what a connection keeps is part of all of them, and what the process does besides is not. */
  async function costsOf(more: { query?: string; headers?: string }): Promise<number[]> {
    return [await costOf(more), await costOf(more), await costOf(more)];
  }

  it('[C11] [SEC2] a connection with as many headers as are allowed costs at most twice a plain one', async () => {
    await costOf({});
    const limit = 2 * Math.max(...(await costsOf({})));
    const headers = Array.from({ length: 90 }, (_, index) => `X-${index}: ${'x'.repeat(140)}\r\n`).join('');
    expect(Math.min(...(await costsOf({ headers })))).toBeLessThan(limit);
    expect(Math.min(...(await costsOf({ query: `&x=${'x'.repeat(1_500)}` })))).toBeLessThan(limit);
  }, 60_000);
});
