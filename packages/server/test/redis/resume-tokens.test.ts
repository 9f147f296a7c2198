import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MeshStore } from '../../src/store/mesh/mesh-store.ts';
import { createRedisBus } from '../../src/store/redis/redis-bus.ts';
import { startCounter } from '../helpers/counter.ts';
import { meshStore } from '../helpers/mesh.ts';
import { startRedis } from '../helpers/redis.ts';
import { upgrade, type Upgraded } from '../helpers/upgrade.ts';

const SITE = 'a.example';
const MAX_PENDING = 200;

/** A counter over a Redis, and stores of other servers with given names. */
async function startShared() {
  const { url } = await startRedis();
  const prefix = 'live-online:tokens';
  const storeOf = (server: string): MeshStore =>
    meshStore({ bus: createRedisBus(url, prefix), prefix, server, moveLimits: { maxPending: MAX_PENDING } });
  const { counter, port } = await startCounter({ store: storeOf('here') });
  return {
    counter,
    /** Connects a client with a resume token of `server`. */
    visit: (member: string, server: string): Promise<Upgraded> =>
      upgrade(port, `https://${SITE}`, [], { member, resume: `${server}.1` }),
    /** Starts a server. Returns the members that other servers claim from it. */
    async start(server: string): Promise<string[]> {
      const claimed: string[] = [];
      const store = storeOf(server);
      onTestFinished(() => store.close());
      await store.open({ changed() {}, stale() {}, claimed: (_site, member) => void claimed.push(member) });
      return claimed;
    },
  };
}

describe('clients with made-up resume tokens', () => {
  it('[C7] [SEC16] are remembered up to a bound, until the server starts', async () => {
    const { counter, visit, start } = await startShared();
    for (let i = 0; i < 3 * MAX_PENDING; i += MAX_PENDING) {
      const clients = await Promise.all(
        Array.from({ length: MAX_PENDING }, (_, j) => visit(`member-${i + j}`, 'ghost')),
      );
      await vi.waitFor(() => expect(counter.stats().connections).toBe(MAX_PENDING));
      for (const { leave } of clients) leave();
      await vi.waitFor(() => expect(counter.stats().connections).toBe(0));
    }
    // The server in the tokens starts, and receives one message with all claims that are remembered.
    const ghost = await start('ghost');
    await vi.waitFor(() => expect(ghost).not.toEqual([]));
    expect(ghost).toHaveLength(MAX_PENDING);
    // There is room again for a client whose old server becomes known later.
    await visit('member-that-stays', 'late');
    await vi.waitFor(() => expect(counter.total(SITE)).toBe(1));
    const late = await start('late');
    await vi.waitFor(() => expect(late).toEqual(['member-that-stays']));
  });
});
