import { expect, vi } from 'vitest';
import type { AttackedTarget } from './attack-modes.ts';
import type { Page } from './page.ts';
import type { TargetAnswer } from './target.ts';

const BYSTANDER = 'bystander.example';
/** What is not an attack's: a garbage collection that is not complete, code that is compiled, buffers of the system. */
const MAX_HEAP_MIB = 8;
const MAX_RSS_MIB = 48;
/** Timers of sweeps and heartbeats run while there are connections, and end by themselves. */
const MAX_TIMERS = 4;

/** Judges what an attack has done to a counter and to its other clients. */
export interface AttackOracle {
  /**
   * Fails unless all processes run, the client that was there before the attack is still connected and receives the right
   * totals, and memory, resources and descriptors are back at what they were.
   */
  expectUnharmed(): Promise<void>;
}

/** Opens a client that has nothing to do with the attack, and measures the counter. Called before an attack. */
export async function watchTarget(target: AttackedTarget): Promise<AttackOracle> {
  const openBystander = (): Page => target.openPage(`https://${BYSTANDER}`);
  const bystander = openBystander();
  await bystander.receives(1);
  // The first client of a process loads what later ones need.
  await expectNext(openBystander, bystander);
  await target.ask();
  await untilLinked(target);
  const before = { ...(await target.ask()), ...target.measure() };

  async function expectBack(): Promise<void> {
    const { totals, stats, resources, memory } = await target.ask();
    expect(totals).toEqual({ [BYSTANDER]: 1 });
    expect(stats.connections).toBe(1);
    expect(moreResources(before.resources, resources)).toEqual([]);
    const { descriptors, mib } = target.measure();
    expect(descriptors).toBeLessThanOrEqual(before.descriptors);
    expect((memory.heapUsed - before.memory.heapUsed) / (1 << 20), 'MiB of heap more').toBeLessThan(
      MAX_HEAP_MIB,
    );
    expect(mib - before.mib, 'MiB more').toBeLessThan(MAX_RSS_MIB);
  }

  return {
    async expectUnharmed() {
      target.expectToRun();
      await expectNext(openBystander, bystander);
      expect(bystander.socket.connected).toBe(true);
      await vi.waitFor(expectBack, { timeout: 30_000, interval: 50 });
      bystander.leave();
    },
  };
}

/**
 * Waits until each process has its two connections to Redis, which are part of the measurement: the attack before may have ended
 * them.
 */
async function untilLinked({ mode, redis }: AttackedTarget): Promise<void> {
  if (!redis) return;
  const processes = mode.kind === 'workers' ? 3 : 1;
  await vi.waitFor(async () => {
    const clients = String(await redis.cli('CLIENT', 'LIST'))
      .trim()
      .split('\n');
    const own = clients.filter((client) => !client.includes(' user=admin '));
    expect(own).toHaveLength(2 * processes);
  });
}

/** Expects that the next client of the site and the one that is there receive each change. */
async function expectNext(open: () => Page, bystander: Page): Promise<void> {
  const next = open();
  await Promise.all([next.receives(2), bystander.receives(2)]);
  next.leave();
  await bystander.receives(1);
}

/** The kinds of resources of which there are more than before, apart from a few timers. */
function moreResources(before: TargetAnswer['resources'], now: TargetAnswer['resources']): string[] {
  return Object.entries(now).flatMap(([kind, count]) => {
    const more = count - (before[kind] ?? 0);
    return more > (kind === 'Timeout' ? MAX_TIMERS : 0) ? [`${more} more of ${kind}`] : [];
  });
}
