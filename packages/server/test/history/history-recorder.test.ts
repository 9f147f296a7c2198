import { describe, expect, it } from 'vitest';
import { createFakeClock } from '@live-online/internal/testing/fake-clock';
import { History } from '../../src/history/history.ts';
import { HistoryRecorder } from '../../src/history/history-recorder.ts';
import { HistorySaver } from '../../src/history/history-saver.ts';
import type { HistoryStorage } from '../../src/history/history-storage.ts';
import type { SiteRecord } from '../../src/history/site-history.ts';

const START_MS = 20_000 * 86_400_000;

function createWorld(storage: Partial<HistoryStorage> = {}, isSaving = true) {
  const clock = createFakeClock();
  const startedAt = clock.now();
  const timeOfDay = (): number => START_MS + 20_000 + clock.now() - startedAt;
  const warnings: string[] = [];
  const saved: SiteRecord[][] = [];
  const history = new History({
    maxSites: 10,
    timeOfDay,
    people: () => 4,
    sites: () => ['a.example'],
    onFull() {},
  });
  const saver = new HistorySaver({
    history,
    storage: {
      load: async () => ({ records: [], problem: undefined }),
      save: async (records) => void saved.push([...records]),
      ...storage,
    },
    isSaving: () => isSaving,
    warn: (message) => warnings.push(message),
  });
  const recorder = new HistoryRecorder({ clock, timeOfDay, history, savers: [saver] });
  return { clock, recorder, history, warnings, saved };
}

/** Lets what waits for promises run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function minutes(world: ReturnType<typeof createWorld>, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    world.clock.advance(60_000);
    await turn();
  }
}

const noSpace = (): never => {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
};

describe('the history recorder', () => {
  it('[T1] records when it starts, and at the beginning of each minute', async () => {
    const world = createWorld();
    world.recorder.start();
    world.clock.advance(39_999);
    const times = (): number[] =>
      world.history.samples('a.example', '15m').samples.map(([at]) => at - START_MS / 1_000);
    expect(times()).toEqual([0]);
    world.clock.advance(1);
    expect(times()).toEqual([0, 60]);
    await minutes(world, 2);
    expect(times()).toEqual([0, 60, 120, 180]);
    await world.recorder.close();
    expect(world.clock.planned).toBe(0);
  });

  it('[T4] saves once a minute, and at the end', async () => {
    const world = createWorld();
    world.recorder.start();
    await minutes(world, 2);
    expect(world.saved).toHaveLength(2);
    await world.recorder.close();
    await world.recorder.close();
    expect(world.saved).toHaveLength(3);
    expect(world.saved[2]![0]!.site).toBe('a.example');
  });

  it('[T4] a server that does not save loads all the same', async () => {
    let loads = 0;
    const load = async () => ({ records: [], problem: ++loads > 5 ? 'x' : undefined });
    const world = createWorld({ load }, false);
    world.recorder.start();
    await minutes(world, 2);
    await world.recorder.close();
    expect([loads, world.saved.length]).toEqual([1, 0]);
  });

  it('[T4] a full disk is warned of once, and recording goes on', async () => {
    let isFull = true;
    const saves: number[] = [];
    const world = createWorld({
      save: async (records) => {
        if (isFull) noSpace();
        saves.push([...records].length);
      },
    });
    world.recorder.start();
    await minutes(world, 3);
    expect(world.warnings).toEqual([
      'the history cannot be saved: ENOSPC: no space left on device, write. Counting goes on; it is tried again each minute',
    ]);
    isFull = false;
    await minutes(world, 1);
    isFull = true;
    await minutes(world, 2);
    expect(saves).toEqual([1]);
    expect(world.warnings).toHaveLength(2);
    expect(world.history.samples('a.example', '15m').samples).toHaveLength(7);
    await world.recorder.close();
  });

  it('[T4] what cannot be read is not overwritten', async () => {
    let isReadable = false;
    const world = createWorld({
      load: async () => {
        if (!isReadable) throw new Error('EACCES: permission denied');
        return { records: [], problem: undefined };
      },
    });
    world.recorder.start();
    await minutes(world, 3);
    expect(world.warnings).toHaveLength(1);
    expect(world.warnings[0]).toMatch(/^the history cannot be read: EACCES/);
    expect(world.saved).toHaveLength(0);
    isReadable = true;
    await minutes(world, 1);
    expect(world.saved).toHaveLength(1);
    await world.recorder.close();
  });

  it('[T4] a slow disk gets no queue', async () => {
    let saves = 0;
    let finish = (): void => {};
    const world = createWorld({
      save: () => {
        saves++;
        return new Promise((resolve) => (finish = resolve));
      },
    });
    world.recorder.start();
    await minutes(world, 5);
    expect(saves).toBe(1);
    finish();
    await turn();
    await minutes(world, 1);
    expect(saves).toBe(2);
    finish();
    const closed = world.recorder.close();
    await turn();
    finish();
    await closed;
    expect(saves).toBe(3);
  });
});
