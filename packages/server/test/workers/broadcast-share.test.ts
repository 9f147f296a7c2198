import { expect, it } from 'vitest';
import { broadcastShare } from '../../src/workers/broadcast-share.ts';

it.each([
  [1, 2, 0.2],
  [2, 2, 0.2],
  [4, 2, 0.1],
  [9, 3, 0.2 / 3],
])('[C5] publishing of %i workers on %i cores takes at most its share of them', (workers, cores, share) => {
  expect(broadcastShare(0.2, workers, cores)).toBeCloseTo(share, 10);
});
