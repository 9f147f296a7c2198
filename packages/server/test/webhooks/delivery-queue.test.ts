import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { DeliveryQueue, MAX_WAITING, type Delivery } from '../../src/webhooks/delivery-queue.ts';
import type { PostResult } from '../../src/webhooks/post-webhook.ts';
import { GIVE_UP_MS, retryDelayMs } from '../../src/webhooks/retry-schedule.ts';
import type { WebhookEvent } from '../../src/webhooks/webhook-event.ts';

const FAILED: PostResult = { isDelivered: false, error: 'answered 500' };

function createQueue(post: (delivery: Delivery) => PostResult | Promise<PostResult>) {
  const clock = createFakeClock();
  const settled: Delivery[] = [];
  const attempts: [id: string, atMs: number][] = [];
  const queue = new DeliveryQueue({
    clock,
    timeOfDay: () => clock.now(),
    random: () => 0,
    post: async (delivery) => {
      attempts.push([delivery.id, clock.now()]);
      return post(delivery);
    },
    onSettled: (delivery) => void settled.push(delivery),
  });
  const event = (): WebhookEvent => ({
    type: 'site.occupied',
    site: 'example.org',
    at: clock.now(),
    people: 1,
  });
  return { attempts, clock, event, queue, settled };
}

/** Lets the promises of attempts settle. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the deliveries of a webhook', () => {
  it('[H3] an attempt that fails is repeated, each time after twice the delay', async () => {
    let isDown = true;
    const { attempts, clock, event, queue, settled } = createQueue(() =>
      isDown ? FAILED : { isDelivered: true },
    );
    const startedAt = clock.now();
    queue.add('a', event());
    for (const delayMs of [5_000, 10_000, 20_000]) {
      await turn();
      clock.advance(delayMs);
    }
    isDown = false;
    await turn();
    clock.advance(40_000);
    await turn();
    expect(attempts.map(([, at]) => at - startedAt)).toEqual([0, 5_000, 15_000, 35_000, 75_000]);
    expect(settled).toMatchObject([{ id: 'a', status: 'delivered', attempts: 5, lastError: undefined }]);
    expect(queue.waiting).toBe(0);
    expect(clock.planned).toBe(0);
  });

  it('[H3] a delivery is abandoned when an hour has passed since its event', async () => {
    const { attempts, clock, event, queue, settled } = createQueue(() => FAILED);
    const startedAt = clock.now();
    queue.add('a', event());
    for (let passedMs = 0; passedMs < 2 * GIVE_UP_MS; passedMs += 5_000) {
      await turn();
      clock.advance(5_000);
    }
    expect(settled).toMatchObject([{ status: 'failed', lastError: 'answered 500' }]);
    const last = attempts.at(-1)![1] - startedAt;
    expect(last).toBeGreaterThan(GIVE_UP_MS / 2);
    expect(last).toBeLessThanOrEqual(GIVE_UP_MS);
  });

  it('[H3] a random half of each delay spreads attempts, and ten minutes is the longest one', () => {
    expect([1, 2, 3, 8, 20].map((attempts) => retryDelayMs(attempts, 0))).toEqual([
      5_000, 10_000, 20_000, 600_000, 600_000,
    ]);
    expect(retryDelayMs(1, 0.999)).toBeCloseTo(2_500, -2);
  });

  it('[H3] the receiver may ask for a longer delay, up to ten minutes', () => {
    expect(retryDelayMs(1, 0, 60_000)).toBe(60_000);
    expect(retryDelayMs(1, 0, 1e9)).toBe(600_000);
  });

  it('[H3] a receiver that is gone for good gets no other attempt', async () => {
    const { attempts, event, queue, settled } = createQueue(() => ({ ...FAILED, isFinal: true }));
    queue.add('a', event());
    await turn();
    expect(attempts).toHaveLength(1);
    expect(settled).toMatchObject([{ status: 'failed' }]);
  });

  it('[H3] a delivery that fails does not hold up the next ones', async () => {
    const { event, queue, settled } = createQueue(({ id }) => (id === 'a' ? FAILED : { isDelivered: true }));
    for (const id of ['a', 'b', 'c']) queue.add(id, event());
    await turn();
    await turn();
    expect(settled.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(queue.waiting).toBe(1);
  });

  it('[H3] four attempts are made at the same time', async () => {
    let running = 0;
    let most = 0;
    const { event, queue, settled } = createQueue(async () => {
      most = Math.max(most, ++running);
      await turn();
      running--;
      return { isDelivered: true };
    });
    for (let i = 0; i < 20; i++) queue.add(`${i}`, event());
    while (settled.length < 20) await turn();
    expect(most).toBe(4);
  });

  it('[H3] of more than 1,000 that wait the oldest one is abandoned', async () => {
    const { event, queue, settled } = createQueue(() => new Promise<never>(() => {}));
    for (let i = 0; i < MAX_WAITING + 2; i++) queue.add(`${i}`, event());
    expect(queue.waiting).toBe(MAX_WAITING);
    expect(settled.map(({ id, status }) => [id, status])).toEqual([
      ['0', 'failed'],
      ['1', 'failed'],
    ]);
  });

  it('[H3] the newest deliveries are listed first, and nothing is sent after close()', async () => {
    const { attempts, clock, event, queue } = createQueue(({ id }) =>
      id === 'a' ? { isDelivered: true } : FAILED,
    );
    queue.add('a', event());
    queue.add('b', event());
    await turn();
    expect(queue.deliveries().map(({ id, status }) => [id, status])).toEqual([
      ['b', 'waiting'],
      ['a', 'delivered'],
    ]);
    queue.close();
    queue.add('c', event());
    clock.advance(GIVE_UP_MS);
    await turn();
    expect(attempts).toHaveLength(2);
    expect(clock.planned).toBe(0);
  });
});
