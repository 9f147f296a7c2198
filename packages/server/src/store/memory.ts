import type { Store, StoreListener } from '../core/ports.ts';

/** Where memory stores of one process meet: what each of them has reported, by site. */
export interface MemoryHub {
  /** @internal */
  readonly members: Set<MemoryMember>;
}

interface MemoryMember {
  readonly counts: Map<string, number>;
  readonly listener: StoreListener;
}

/** A meeting place for several counter servers in one process, such as one on HTTP and one on HTTPS. */
export function createMemoryHub(): MemoryHub {
  return { members: new Set() };
}

/**
 * The store of a server that is alone, and the default.
 *
 * @param hub the servers that share it add up to one total.
 */
export function memoryStore(hub: MemoryHub = createMemoryHub()): Store {
  let self: MemoryMember | undefined;

  function tellOthers(sites: Iterable<string>): void {
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
      tellOthers([site]);
    },
    others(site) {
      let total = 0;
      for (const member of hub.members) if (member !== self) total += member.counts.get(site) ?? 0;
      return total;
    },
    *sites() {
      for (const member of hub.members) if (member !== self) yield* member.counts.keys();
    },
    async close() {
      if (!self || !hub.members.delete(self)) return;
      const sites = [...self.counts.keys()];
      self.counts.clear();
      tellOthers(sites);
    },
  };
}
