import { describe, it } from 'vitest';
import { createMemoryHub, memoryStore } from '../src/index.ts';
import { storeContract } from '../src/testing.ts';

describe('memory store', () => {
  for (const { name, run } of storeContract) {
    it(`[S1] ${name}`, () =>
      run(() => {
        const hub = createMemoryHub();
        return { create: () => memoryStore(hub) };
      }));
  }
});
