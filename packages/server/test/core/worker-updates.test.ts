import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { Counter } from '../../src/core/counter.ts';
import { createFakeStore } from '../helpers/fake-store.ts';

const HERE = 640;

/**
 * How many updates each client gets in 10 s while the total rises all the time.
 *
 * @param sendMs what one send costs.
 */
async function countUpdates(maxWorkers: number, others: number, sendMs: number): Promise<number> {
  const clock = createFakeClock();
  const store = createFakeStore('w1');
  const counter = new Counter({
    clock,
    store,
    observer: { published() {}, stale() {} },
    minUpdateIntervalMs: 100,
    decreaseDelayMs: 1_000,
    maxBroadcastCpu: 0.2,
    maxWorkers,
    random: () => 0.5,
  });
  await counter.open();
  let sends = 0;
  const send = (): void => {
    sends++;
    clock.spend(sendMs);
  };
  for (let i = 0; i < HERE; i++) {
    counter.join('s', `member-${i}`, { send, sendPage() {}, closeReplaced() {}, migrate() {} });
  }
  sends = 0;
  const endMs = clock.now() + 10_000;
  for (let total = others; clock.now() < endMs; total++) {
    store.setOthers('s', total);
    clock.advance(10);
  }
  await counter.close();
  return sends / HERE;
}

describe('updates of a large site on workers', () => {
  it('[C5] are as rare as from one process with all members', async () => {
    // 640 sends take 16 ms: with a fifth of a core that is an update every 80 ms, and every 160 ms for twice the members.
    const alone = await countUpdates(1, 0, 0.05);
    const half = await countUpdates(1, HERE, 0.025);
    const together = await countUpdates(2, HERE, 0.025);
    expect(half).toBeGreaterThan(1.4 * together);
    expect(together / alone).toBeGreaterThan(0.8);
    expect(together / alone).toBeLessThan(1.2);
  });

  it('[C5] are sent every 250 ms at least, if the share allows it', async () => {
    const together = await countUpdates(8, 7 * HERE, 0.025);
    expect(together).toBeGreaterThan(34);
    expect(together).toBeLessThan(44);
  });

  it('[C5] of members on other machines do not matter', async () => {
    const machines = await countUpdates(1, 7 * HERE, 0.025);
    expect(machines).toBeGreaterThan(80);
  });
});
