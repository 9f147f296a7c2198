import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdmission } from '../../src/core/admission.ts';
import { Model, type Held, type ModelWorker, type Place } from '../helpers/allotments-model.ts';

describe('allotments of workers', () => {
  it('[S8] far from a limit a connection costs no message', async () => {
    const model = new Model({ maxConnections: 1_000, maxPerAddress: 100 }, 4);
    for (let i = 0; i < 400; i++) model.workers[i % 4]!.connect({ ...NOWHERE, address: `a${i % 40}` });
    expect(model.admitted).toHaveLength(400);
    expect(await model.settle()).toBe(0);
  });

  it('[S8] the first connection of a worker on a site that is not listed costs one question', async () => {
    const model = new Model({ maxSites: 10, maxSitesPerAddress: 10 }, 2);
    await model.connect(0, { site: 's', address: 'a' });
    for (let i = 0; i < 100; i++) model.workers[0]!.connect({ site: 's', address: 'b', isListed: false });
    expect(model.admitted).toHaveLength(101);
    expect(await model.settle()).toBe(0);
  });

  it('[S8] one worker can have all places, in few questions', async () => {
    const model = new Model({ maxConnections: 10_000 }, 4);
    for (let i = 0; i < 10_000; i++) model.workers[0]!.connect(NOWHERE);
    const messages = await model.settle();
    expect(model.admitted).toHaveLength(10_000);
    expect(messages).toBeLessThan(60);
    expect(await model.connect(1)).toBe('maxConnections');
  });

  it('[S8] the last place is found wherever it is', async () => {
    for (const maxConnections of [1, 2, 3, 7, 100]) {
      const model = new Model({ maxConnections }, 3);
      for (let i = 0; i < maxConnections; i++) expect(await model.connect(i % 3)).toBeUndefined();
      for (const worker of [0, 1, 2]) expect(await model.connect(worker)).toBe('maxConnections');
      for (const from of [0, 1, 2]) {
        model.workers[from]!.admitted[0]?.release();
        await model.settle();
        while (model.admitted.length < maxConnections) expect(await model.connect(2)).toBeUndefined();
        expect(await model.connect(1)).toBe('maxConnections');
      }
    }
  });

  it('[S8] a rejection at a full limit costs one question, without another recall', async () => {
    const model = new Model({ maxPerSite: 20 }, 4);
    for (let i = 0; i < 21; i++) await model.connect(i % 4, { site: 's' });
    model.workers[1]!.connect({ site: 's', address: undefined, isListed: false });
    expect(await model.settle()).toBe(2);
  });

  it('[S8] the places of a worker that dies are free at once, and its successor begins without', async () => {
    const model = new Model({ maxConnections: 8 }, 2);
    for (let i = 0; i < 8; i++) await model.connect(0);
    expect(await model.connect(1)).toBe('maxConnections');
    await model.restart(0);
    for (let i = 0; i < 8; i++) expect(await model.connect(i % 2)).toBeUndefined();
    expect(await model.connect(0)).toBe('maxConnections');
  });

  it('[S8] a place that a worker returns too late is not free twice', async () => {
    const model = new Model({ maxConnections: 8 }, 2);
    const [late, other] = model.workers as [ModelWorker, ModelWorker];
    for (let i = 0; i < 8; i++) await model.connect(i % 2);
    expect(await model.connect(0)).toBe('maxConnections');
    for (const held of late.admitted.slice(1)) held.release();
    await model.settle();
    // This one is on its way while the primary ends the pool, and makes another one.
    late.admitted[0]!.release();
    for (const held of other.admitted.slice(2)) held.release();
    while (await other.deliver('primary'));
    while (await other.deliver('worker'));
    other.connect(NOWHERE);
    await other.deliver('primary');
    expect(late.toPrimary).toHaveLength(1);
    await model.settle();
    while (model.admitted.length < 8) expect(await model.connect(1)).toBeUndefined();
    expect(await model.connect(1)).toBe('maxConnections');
  });

  it('[S8] a worker that is stopped does not hold up the others', async () => {
    const model = new Model({ maxConnections: 8 }, 2);
    const [stopped, running] = model.workers as [ModelWorker, ModelWorker];
    stopped.connect(NOWHERE);
    for (let i = 0; i < 8; i++) running.connect(NOWHERE);
    const exchange = async (): Promise<void> => {
      while ((await running.deliver('primary')) || (await running.deliver('worker')));
    };
    await exchange();
    expect(running.held.filter(({ state }) => state === 'waiting')).not.toHaveLength(0);
    model.clock.advance(500);
    await exchange();
    // What the stopped worker has not returned counts as used.
    expect(running.held.map(({ state }) => state)).toEqual([
      ...Array<string>(6).fill('admitted'),
      ...Array<string>(2).fill('rejected'),
    ]);
    await model.settle();
    expect(await model.connect(1)).toBeUndefined();
    expect(await model.connect(1)).toBe('maxConnections');
  });

  it('[S8] unused places return after a while, and nothing is retained', async () => {
    const model = new Model({ maxConnections: 100, maxPerAddress: 4, maxSites: 9, maxSitesPerAddress: 9 }, 2);
    for (let i = 0; i < 90; i++) await model.connect(0, { address: `a${i % 30}`, site: `s${i % 9}` });
    expect(model.admitted).toHaveLength(90);
    expect(model.allotments.size).toBeGreaterThan(9);
    for (const held of model.admitted) held.release();
    await model.rest();
    expect(model.allotments.size).toBe(0);
  });

  it('[C11] a site counts against the address that opened it, in whichever worker', async () => {
    const model = new Model({ maxSites: 3, maxSitesPerAddress: 2 }, 2);
    expect(await model.connect(0, { site: 's1', address: 'a' })).toBeUndefined();
    expect(await model.connect(1, { site: 's2', address: 'a' })).toBeUndefined();
    expect(await model.connect(1, { site: 's3', address: 'a' })).toBe('maxSitesPerAddress');
    expect(await model.connect(1, { site: 's1', address: 'b' })).toBeUndefined();
    expect(await model.connect(0, { site: 's3', address: 'b' })).toBeUndefined();
    expect(await model.connect(0, { site: 's4', address: 'b' })).toBe('maxSites');
    expect(await model.connect(0, { site: 's4', address: 'b', isListed: true })).toBeUndefined();
    // It is still open in the other worker.
    model.workers[0]!.admitted.find(({ site }) => site === 's1')!.release();
    await model.settle();
    expect(await model.connect(0, { site: 's5', address: 'a' })).toBe('maxSitesPerAddress');
    model.workers[1]!.admitted.find(({ site }) => site === 's1')!.release();
    model.workers[0]!.admitted.find(({ site }) => site === 's4')!.release();
    await model.settle();
    expect(await model.connect(0, { site: 's5', address: 'a' })).toBeUndefined();
  });
});

const NOWHERE: Place = { site: undefined, address: undefined, isListed: false };

type Action =
  | { do: 'connect'; worker: number; site: number; address: number }
  | { do: 'release'; worker: number; which: number }
  | { do: 'deliver'; worker: number; to: 'primary' | 'worker' }
  | { do: 'restart'; worker: number }
  | { do: 'wait'; ms: number };

const WORKERS = 3;
const SITES = ['s0', 's1', 's2', 's3', 'listed', undefined];

const limit = (max: number): fc.Arbitrary<number> =>
  fc.oneof({ arbitrary: fc.integer({ min: 1, max }), weight: 4 }, fc.constant(Infinity));
const arbitraryLimits = fc.record({
  maxConnections: limit(30),
  maxPerAddress: limit(12),
  maxPerSite: limit(12),
  maxSites: limit(3),
  maxSitesPerAddress: limit(2),
});
const worker = fc.nat(WORKERS - 1);
const arbitraryAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('connect'), worker, site: fc.nat(5), address: fc.nat(3) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release'), worker, which: fc.nat(20) }) },
  {
    weight: 14,
    arbitrary: fc.record({ do: fc.constant('deliver'), worker, to: fc.constantFrom('primary', 'worker') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart'), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(600, 2_500, 6_000) }) },
);

async function act(model: Model, action: Action): Promise<void> {
  if (action.do === 'wait') {
    model.clock.advance(action.ms);
    for (const one of model.workers) one.clock.advance(action.ms);
    return;
  }
  const one = model.workers[action.worker]!;
  switch (action.do) {
    case 'connect': {
      const site = SITES[action.site];
      const address = action.address === 0 ? undefined : `a${action.address}`;
      one.connect({ site, address, isListed: site === 'listed' });
      break;
    }
    case 'release': {
      const open = one.held.filter(({ state }) => state === 'admitted' || state === 'waiting');
      open[action.which % Math.max(1, open.length)]?.release();
      break;
    }
    case 'deliver':
      await one.deliver(action.to);
      break;
    case 'restart':
      await model.restart(action.worker);
  }
}

describe('allotments of workers, in any order of messages, deaths and recalls', () => {
  it('[S8] decide as one process does, when all messages have arrived', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryLimits,
        fc.array(arbitraryAction, { minLength: 20, maxLength: 80 }),
        async (limits, actions) => {
          const model = new Model(limits, WORKERS);
          const exact = createAdmission(limits);
          const releases = new Map<Held, () => void>();
          for (const action of actions) {
            const { held } = model.workers[action.do === 'wait' ? 0 : action.worker]!;
            await act(model, action);
            await model.settle();
            const last = held.at(-1);
            if (action.do === 'connect' && last) {
              const { site, address, isListed } = last;
              const decision = exact.admit(site, address, isListed);
              expect(last.limit).toBe(decision.ok ? undefined : decision.limit);
              if (decision.ok) releases.set(last, decision.release);
            }
            const isDead = action.do === 'restart';
            for (const one of held) if (isDead || one.state === 'ended') releases.get(one)?.();
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('[S8] never exceed a limit, lose no place, and find every free one', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryLimits,
        fc.array(arbitraryAction, { minLength: 20, maxLength: 120 }),
        async (limits, actions) => {
          const model = new Model(limits, WORKERS);
          for (const action of actions) {
            await act(model, action);
            model.assertWithinLimits();
          }
          await model.settle();
          model.assertWithinLimits();
          expect(
            model.workers.flatMap(({ held }) => held).filter(({ state }) => state === 'waiting'),
          ).toEqual([]);
          // As many as there are places can still connect, whichever worker they come to.
          const { maxConnections } = limits;
          if (maxConnections < Infinity) {
            for (let i = model.admitted.length; i < maxConnections; i++) {
              expect(await model.connect(i % WORKERS)).toBeUndefined();
            }
            expect(await model.connect(0)).toBe('maxConnections');
          }
          for (const held of model.admitted) held.release();
          await model.rest();
          expect(model.allotments.size).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});
