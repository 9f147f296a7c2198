import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { CounterServerOptions } from '@live-online/server';
import { floods, openAttacker, type AttackerOptions } from '@live-online/internal/testing/attacker';
import { startTarget, type Target, type TargetKind } from '../helpers/target.ts';

interface AttackedTarget {
  kind: TargetKind;
  engine: NonNullable<CounterServerOptions['engine']>;
  /** How its attackers join. @default by CONNECT */
  joining?: () => Partial<AttackerOptions>;
}

/** Joined at once, each as a member of its own. */
const inQuery = (): Partial<AttackerOptions> => ({
  connect: undefined,
  query: `&join=1&member=${randomUUID()}`,
});

const targets: AttackedTarget[] = [
  { kind: 'own', engine: 'lean' },
  { kind: 'own', engine: 'lean', joining: inQuery },
  { kind: 'own', engine: 'socket.io' },
  { kind: 'express', engine: 'lean' },
  { kind: 'workers', engine: 'lean' },
];
const limits = { maxBytes: 24 << 20, maxMs: 8_000 };

describe.each(targets)('attacked: a counter $kind by $engine', ({ kind, engine, joining }) => {
  let target: Target;
  let before: ReturnType<Target['measure']>;
  beforeAll(async () => {
    target = await startTarget(kind, { engine, decreaseDelayMs: 0, minUpdateIntervalMs: 10 });
    return () => target.close();
  });

  it('serves a new client', async () => {
    await target.expectToServe();
    await target.ask();
    before = target.measure();
  });

  it.each(floods)(
    '$rule without end [SEC9]: ends the connection, and costs others nothing',
    async ({ bytes, reads, first }) => {
      const { port, socketPath } = target;
      const bystander = target.openPage('https://attacker.example');
      await bystander.receives(1);
      const attackers = await Promise.all(
        Array.from({ length: 4 }, () => openAttacker({ port, socketPath, reads, ...joining?.() })),
      );
      if (first) for (const { socket } of attackers) socket.write(first);
      const ended = await Promise.all(attackers.map((attacker) => attacker.flood(bytes, limits)));
      expect(ended).toEqual([true, true, true, true]);
      expect(target.measure().mib - before.mib, 'MiB more').toBeLessThan(48);
      await target.expectToServe();
      await bystander.receives(1);
    },
  );

  it('[C11] counts every connection that it has terminated, and keeps none of them', async () => {
    await vi.waitFor(
      () => expect(target.measure().descriptors).toBeLessThanOrEqual(before.descriptors + 1),
      5_000,
    );
    // Workers report twice a second.
    await vi.waitFor(async () => {
      const { totals, stats } = await target.ask();
      expect(totals).toEqual({});
      const expected: Record<string, number> = {};
      for (const { reason } of floods) expected[reason] = (expected[reason] ?? 0) + 4;
      expect(stats.terminated).toEqual(expected);
    }, 5_000);
  });
});
