import type { Store, StoreListener } from '../core/ports.ts';

/** What memory stores of one process share. */
export interface MemoryHub {
  /** @internal */
  readonly members: Set<MemoryMember>;
}

interface MemoryMember {
  readonly counts: Map<string, number>;
  readonly listener: StoreListener;
}

/**
 * Creates a hub for several counter servers in one process, such as one on HTTP and one on HTTPS.
 *
 * @example
 * ```ts
 * import { createCounterServer, createMemoryHub, memoryStore } from '@live-online/server';
 *
 * const hub = createMemoryHub();
 * const first = createCounterServer({ port: 8081, store: memoryStore(hub) });
 * const second = createCounterServer({ port: 8082, store: memoryStore(hub) });
 * await Promise.all([first.listen(), second.listen()]);
 * ```
 */
export function createMemoryHub(): MemoryHub {
  return { members: new Set() };
}

/**
 * The default store: counts are kept in this process.
 *
 * @param hub servers with the same hub have one total.
 * @example
 * ```ts
 * import { createCounterServer, memoryStore } from '@live-online/server';
 *
 * const counter = createCounterServer({ store: memoryStore() });
 * await counter.listen();
 * ```
 */
export function memoryStore(hub: MemoryHub = createMemoryHub()): Store {
  let self: MemoryMember | undefined;

  function notifyOthers(sites: Iterable<string>): void {
    for (const site of sites) {
      for (const member of hub.members) if (member !== self) member.listener.changed(site);
    }
  }

  return {
    async open(listener) {
      self = { counts: new Map(), listener };
      hub.members.add(self);
      for (const site of new Set(this.sites())) listener.changed(site);
    },
    report(site, count) {
      if (!self || (self.counts.get(site) ?? 0) === count) return;
      if (count > 0) self.counts.set(site, count);
      else self.counts.delete(site);
      notifyOthers([site]);
    },
    others(site) {
      let total = 0;
      for (const member of hub.members) if (member !== self) total += member.counts.get(site) ?? 0;
      return total;
    },
    *sites() {
      for (const member of hub.members) if (member !== self) yield* member.counts.keys();
    },
    isLeader() {
      const [first] = hub.members;
      return first === undefined || first === self;
    },
    async close() {
      if (!self || !hub.members.delete(self)) return;
      const sites = [...self.counts.keys()];
      self.counts.clear();
      notifyOthers(sites);
    },
  };
}
