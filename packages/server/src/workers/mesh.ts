import { randomBytes } from 'node:crypto';
import { systemClock } from '@live-online/internal/system-clock';
import type { Bus } from '../store/bus/bus.ts';
import { createMeshStore, type MeshStore } from '../store/mesh/mesh-store.ts';

/** The store of one of the processes that share the bus of their primary. */
export function createWorkersStore(bus: Bus, name: string, follow: 'hosted' | 'all'): MeshStore {
  return createMeshStore({
    bus,
    clock: systemClock,
    server: `${name}-${randomBytes(8).toString('hex')}`,
    prefix: 'workers',
    follow,
    leaseMs: 8_000,
    heartbeatIntervalMs: 1_000,
    publishIntervalMs: 50,
    random: Math.random,
  });
}
