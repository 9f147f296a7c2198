/** Limits on connections and sites, checked before a session exists. [C11] */
export interface Admission {
  /**
   * Reserves a place for a connection unless a limit is reached.
   *
   * @param site `undefined` for a site that is not listed: CONNECT will reject the connection.
   * @param address the address that the connection counts against; `undefined` for none.
   * @param isListed whether the site list names the site. Limits on sites do not hold for listed ones.
   */
  admit(site: string | undefined, address: string | undefined, isListed?: boolean): Admitted | LimitReached;
}

export interface Admitted {
  ok: true;
  /** Frees the place. May be called twice. */
  release: () => void;
  /**
   * The decision of another process, where that one decides; it never rejects. Without it the place is reserved
   * already.
   */
  decision?: Promise<{ ok: true } | LimitReached>;
}

export interface LimitReached {
  ok: false;
  /** The name of the limit; `undefined` if the other process did not answer in time. */
  limit: keyof AdmissionLimits | undefined;
}

/** Maximum numbers of connections; for `maxSites` and `maxSitesPerAddress`, of sites. `Infinity` is no limit. */
export interface AdmissionLimits {
  maxConnections: number;
  maxPerAddress: number;
  maxPerSite: number;
  maxSites: number;
  maxSitesPerAddress: number;
}

interface OpenSite {
  connections: number;
  /** The address that the site counts against while it is open, even after that address has left. */
  readonly openedBy: string | undefined;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  let connections = 0;
  const perAddress = new Map<string, number>();
  const sites = new Map<string, OpenSite>();
  const sitesPerAddress = new Map<string, number>();

  function findLimit(
    site: string | undefined,
    address: string | undefined,
    isListed: boolean,
  ): keyof AdmissionLimits | undefined {
    if (connections >= limits.maxConnections) return 'maxConnections';
    if (countOf(perAddress, address) >= limits.maxPerAddress) return 'maxPerAddress';
    if (site === undefined) return undefined;
    const open = sites.get(site);
    if (open) return open.connections >= limits.maxPerSite ? 'maxPerSite' : undefined;
    if (isListed) return undefined;
    if (countOf(sitesPerAddress, address) >= limits.maxSitesPerAddress) return 'maxSitesPerAddress';
    return sites.size >= limits.maxSites ? 'maxSites' : undefined;
  }

  function addToSite(site: string, opener: string | undefined): void {
    const open = sites.get(site);
    if (open) return void open.connections++;
    sites.set(site, { connections: 1, openedBy: opener });
    add(sitesPerAddress, opener, 1);
  }

  function removeFromSite(site: string): void {
    const open = sites.get(site)!;
    if (--open.connections > 0) return;
    sites.delete(site);
    add(sitesPerAddress, open.openedBy, -1);
  }

  return {
    admit(site, address, isListed = false) {
      const limit = findLimit(site, address, isListed);
      if (limit !== undefined) return { ok: false, limit };
      let isReserved = true;
      connections++;
      add(perAddress, address, 1);
      if (site !== undefined) addToSite(site, isListed ? undefined : address);
      return {
        ok: true,
        release() {
          if (!isReserved) return;
          isReserved = false;
          connections--;
          add(perAddress, address, -1);
          if (site !== undefined) removeFromSite(site);
        },
      };
    },
  };
}

function countOf(counts: ReadonlyMap<string, number>, key: string | undefined): number {
  return key === undefined ? 0 : (counts.get(key) ?? 0);
}

/** Deletes counts of 0, so that the map never outgrows the connections. */
function add(counts: Map<string, number>, key: string | undefined, by: 1 | -1): void {
  if (key === undefined) return;
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
