import { describe, expect, it, vi } from 'vitest';
import { Allotments } from '../../src/core/allotments/allotments.ts';
import { createWorkerAdmission, serveAdmission } from '../../src/workers/connect-admission.ts';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { openIpc } from '../helpers/ipc.ts';

const limits = {
  maxConnections: 3,
  maxPerAddress: Infinity,
  maxPerSite: Infinity,
  maxSites: Infinity,
  maxSitesPerAddress: 1,
};

/** Two workers with the allotments of one primary. */
function openWorkers() {
  const primaryClock = createFakeClock();
  const allotments = new Allotments({ limits, maxWorkers: 2 }, primaryClock);
  const open = () => {
    const ipc = openIpc();
    const clock = createFakeClock();
    const end = serveAdmission(allotments, ipc.one.channel('admission'));
    const admission = createWorkerAdmission({ ...allotments.options, clock }, ipc.two.channel('admission'));
    const ask = (site = 's', isListed = false) => {
      const admitted = admission.admit(site, 'a', isListed);
      if (!admitted.ok) throw new Error('only a decision rejects');
      const { release, decision = Promise.resolve({ ok: true } as const) } = admitted;
      const limit = decision.then((decided) => (decided.ok ? undefined : decided.limit));
      return { release, limit, ok: decision.then(({ ok }) => ok) };
    };
    return { ...ipc, ask, end, clock, primaryClock };
  };
  return [open(), open()] as const;
}

describe('limits over workers', () => {
  it('[C11] hold over all of them, and places are released', async () => {
    const [one, two] = openWorkers();
    const asked = [one, two, one, two, one].map(({ ask }) => ask());
    const granted = await Promise.all(asked.map(({ ok }) => ok));
    expect(granted.filter(Boolean)).toHaveLength(3);
    const limits = await Promise.all(asked.map(({ limit }) => limit));
    expect(limits.filter(Boolean)).toEqual(['maxConnections', 'maxConnections']);
    for (const { release } of asked) release();
    for (const { release } of asked) release();
    const again = [one, one, two, two].map(({ ask }) => ask().ok);
    expect((await Promise.all(again)).filter(Boolean)).toHaveLength(3);
  });

  it('[C11] bound the sites of one address over all of them, except listed ones', async () => {
    const [one, two] = openWorkers();
    const opened = one.ask('s1');
    expect(await opened.ok).toBe(true);
    expect(await two.ask('s2').limit).toBe('maxSitesPerAddress');
    expect(await two.ask('listed', true).ok).toBe(true);
    opened.release();
    await vi.waitFor(async () => expect(await two.ask('s2').ok).toBe(true));
  });

  it('[C11] the places of a worker that has ended are released', async () => {
    const [one, two] = openWorkers();
    expect(await Promise.all([one.ask().ok, one.ask().ok, one.ask().ok])).toEqual([true, true, true]);
    expect(await two.ask().ok).toBe(false);
    one.end();
    expect(await two.ask().ok).toBe(true);
  });

  it('[C11] without an answer of the primary a connection is rejected, and holds no place', async () => {
    const [one, two] = openWorkers();
    one.freeze();
    const { ok, limit } = one.ask();
    // Its answer waits by now.
    await vi.waitFor(() => expect(one.clock.planned).toBe(1));
    one.clock.advance(2_000);
    expect(await ok).toBe(false);
    expect(await limit).toBeUndefined();
    one.thaw();
    const others = [two, two, two].map(({ ask }) => ask().ok);
    expect(await Promise.all(others)).toEqual([true, true, true]);
  });

  it('[C11] a worker that is stopped holds only what it was allotted', async () => {
    const [one, two] = openWorkers();
    one.freeze();
    const others = [two, two, two].map(({ ask }) => ask());
    // The primary waits for an answer.
    await vi.waitFor(() => expect(two.primaryClock.planned).toBe(1));
    two.primaryClock.advance(500);
    expect(await Promise.all(others.map(({ limit }) => limit))).toEqual([
      undefined,
      undefined,
      'maxConnections',
    ]);
    one.thaw();
    await vi.waitFor(async () => expect(await two.ask().ok).toBe(true));
  });

  it('[C11] a connection that ends before the decision holds no place', async () => {
    const [one, two] = openWorkers();
    const early = [one.ask(), one.ask(), one.ask()];
    for (const { release } of early) release();
    await Promise.all(early.map(({ ok }) => ok));
    const others = [two, two, two].map(({ ask }) => ask().ok);
    expect(await Promise.all(others)).toEqual([true, true, true]);
  });
});
