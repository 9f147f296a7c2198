import type { Store, StoreListener, ResumePoint } from '../../src/core/ports.ts';

/** A store whose other servers are set by the test. */
export interface FakeStore extends Store {
  readonly server: string;
  /** The listener of the counter, once the store is open. */
  listener: StoreListener;
  /** The calls of the counter, newest last. */
  calls: (['report', site: string, count: number] | ['claim', site: string, member: string, ResumePoint])[];
  setOthers(site: string, count: number): void;
  setStale(site: string, stale: boolean): void;
  setPeers(count: number): void;
}

export function createFakeStore(server: string): FakeStore {
  const others = new Map<string, number>();
  const staleSites = new Set<string>();
  let peers = 0;
  const store: FakeStore = {
    server,
    listener: { changed() {}, stale() {}, claimed() {} },
    calls: [],
    async open(listener) {
      store.listener = listener;
    },
    report: (site, count) => void store.calls.push(['report', site, count]),
    claim: (site, member, from) => void store.calls.push(['claim', site, member, from]),
    others: (site) => others.get(site) ?? 0,
    stale: (site) => staleSites.has(site),
    sites: () => others.keys(),
    peers: () => peers,
    async close() {},
    setOthers(site, count) {
      others.set(site, count);
      store.listener.changed(site);
    },
    setStale(site, stale) {
      if (stale) staleSites.add(site);
      else staleSites.delete(site);
      store.listener.changed(site);
    },
    setPeers: (count) => void (peers = count),
  };
  return store;
}
