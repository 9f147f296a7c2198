import { systemClock } from '@live-online/internal/system-clock';
import type { MeshOptions } from '../../src/store/mesh/mesh-options.ts';
import { createMeshStore, type MeshStore } from '../../src/store/mesh/mesh-store.ts';

let made = 0;

/** A mesh store with the default timings of `redisStore`. */
export function meshStore(options: Partial<MeshOptions> & Pick<MeshOptions, 'bus'>): MeshStore {
  return createMeshStore({
    clock: systemClock,
    server: `server-${made++}`,
    prefix: 'test',
    follow: 'hosted',
    leaseMs: 8_000,
    heartbeatIntervalMs: 1_000,
    publishIntervalMs: 100,
    random: Math.random,
    ...options,
  });
}
