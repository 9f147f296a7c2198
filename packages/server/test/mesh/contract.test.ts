import { describe, it } from 'vitest';
import { createMemoryBus } from '../../src/store/bus/memory-bus.ts';
import { storeContract } from '../../src/testing.ts';
import { meshStore } from '../helpers/mesh.ts';

describe.each(['hosted', 'all'] as const)('mesh store over a memory bus, follow: %s', (follow) => {
  for (const { name, run } of storeContract) {
    it(`[S1] ${name}`, () =>
      run(() => {
        const bus = createMemoryBus();
        return { create: () => meshStore({ bus, follow }) };
      }));
  }
});
