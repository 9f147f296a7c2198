import { describe, expect, it, vi } from 'vitest';
import { FloodDetector } from '../../src/files/watch/flood-detector.ts';
import { FolderWalk } from '../../src/files/watch/folder-walk.ts';

describe('a flood of events', () => {
  it('[R3] is reported once it has ended, with a time before its last events', async () => {
    const onFlood = vi.fn<(sinceMs: number) => void>();
    const flood = new FloodDetector(onFlood);
    const startMs = Date.now();
    for (let event = 0; event < 10_000; event++) flood.countEvent();
    expect(onFlood).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(onFlood).toHaveBeenCalledOnce());
    const [sinceMs] = onFlood.mock.calls[0]!;
    // File systems store times in steps of up to two seconds.
    expect(sinceMs).toBeGreaterThanOrEqual(startMs - 2_000);
    expect(sinceMs).toBeLessThanOrEqual(Date.now() - 2_000);
  });

  it('[R3] is none if fewer events come without a pause', async () => {
    const onFlood = vi.fn<(sinceMs: number) => void>();
    const short = new FloodDetector(onFlood);
    for (let event = 0; event < 7_000; event++) short.countEvent();
    // A flood that begins later ends later.
    const longer = new Promise((resolve) => {
      const flood = new FloodDetector(resolve);
      for (let event = 0; event < 8_000; event++) flood.countEvent();
    });
    await longer;
    for (let event = 0; event < 7_000; event++) short.countEvent();
    short.stop();
    expect(onFlood).not.toHaveBeenCalled();
  });
});

describe('a walk through folders', () => {
  it('[R3] visits folders that are found on the way, and is finished after the last', async () => {
    const visited: string[] = [];
    const walk: FolderWalk = new FolderWalk((folder, isNew) => {
      visited.push(`${folder} ${isNew}`);
      if (folder.length < 4) walk.add(`${folder}/a`, !isNew);
    });
    walk.add('r', true);
    expect(visited).toEqual([]);
    walk.start();
    await walk.finished;
    walk.add('late', false);
    walk.start();
    await walk.finished;
    expect(visited).toEqual(['r true', 'r/a false', 'r/a/a true', 'late false']);
  });

  it('[R3] that was stopped visits no more', async () => {
    const visited: string[] = [];
    const walk: FolderWalk = new FolderWalk((folder) => {
      visited.push(folder);
      walk.stop();
    });
    walk.add('one', true);
    walk.add('two', true);
    walk.start();
    await walk.finished;
    expect(visited).toEqual(['two']);
  });
});
