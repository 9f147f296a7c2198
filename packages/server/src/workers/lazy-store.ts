import type { Store } from '../core/ports.ts';
import { pageKeysOf } from '../core/site-keys.ts';

/** A store that is created when it is opened, for example because it has to load a library. */
export function createLazyStore<Kind extends Store>(
  create: () => Promise<Kind>,
): Store & { current(): Kind | undefined } {
  let store: Kind | undefined;
  return {
    current: () => store,
    async open(listener) {
      store = await create();
      await store.open(listener);
    },
    report: (site, count) => store?.report(site, count),
    others: (site) => store?.others(site) ?? 0,
    stale: (site) => store?.stale?.(site) ?? false,
    sites: () => store?.sites() ?? [],
    pageKeys: (site) => (store ? pageKeysOf(store, site) : []),
    async close() {
      await store?.close();
    },
  };
}
