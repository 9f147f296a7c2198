/** Who may connect: limits on connections, checked before a session exists. [C11] */
export interface Admission {
  /**
   * Takes a place for a connection, if there is one.
   *
   * @param site `undefined` for a site that is not counted; such a connection is about to be rejected anyway.
   * @param address whom the connection counts against, or `undefined` if that is nobody in particular.
   * @param isListed whether the server's owner has named the site: limits on sites are there for made-up ones.
   */
  admit(site: string | undefined, address: string | undefined, isListed?: boolean): Admitted | Refused;
}

export interface Admitted {
  ok: true;
  /** Gives the place back. May be called twice. */
  release: () => void;
  /**
   * Where somebody else decides, such as for several processes at once: the answer, once it is there. Never rejects.
   * Without it the place is had already.
   */
  answer?: Promise<{ ok: true } | Refused>;
}

export interface Refused {
  ok: false;
  /** The name of the limit that is reached; `undefined` if nobody answered. */
  limit: keyof AdmissionLimits | undefined;
}

/** Each is a number of connections, but for `maxSites` and `maxSitesPerAddress`: of sites. `Infinity` is no limit. */
export interface AdmissionLimits {
  maxConnections: number;
  maxPerAddress: number;
  maxPerSite: number;
  maxSites: number;
  maxSitesPerAddress: number;
}

interface OpenSite {
  connections: number;
  /** Against whom it counts until nobody is on it, also where that one has left before others. */
  readonly openedBy: string | undefined;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  let connections = 0;
  const perAddress = new Map<string, number>();
  const sites = new Map<string, OpenSite>();
  const sitesPerAddress = new Map<string, number>();

  function reached(
    site: string | undefined,
    address: string | undefined,
    isListed: boolean,
  ): keyof AdmissionLimits | undefined {
    if (connections >= limits.maxConnections) return 'maxConnections';
    if (read(perAddress, address) >= limits.maxPerAddress) return 'maxPerAddress';
    if (site === undefined) return undefined;
    const open = sites.get(site);
    if (open) return open.connections >= limits.maxPerSite ? 'maxPerSite' : undefined;
    if (isListed) return undefined;
    if (read(sitesPerAddress, address) >= limits.maxSitesPerAddress) return 'maxSitesPerAddress';
    return sites.size >= limits.maxSites ? 'maxSites' : undefined;
  }

  function enter(site: string, opener: string | undefined): void {
    const open = sites.get(site);
    if (open) return void open.connections++;
    sites.set(site, { connections: 1, openedBy: opener });
    count(sitesPerAddress, opener, 1);
  }

  function leave(site: string): void {
    const open = sites.get(site)!;
    if (--open.connections > 0) return;
    sites.delete(site);
    count(sitesPerAddress, open.openedBy, -1);
  }

  return {
    admit(site, address, isListed = false) {
      const limit = reached(site, address, isListed);
      if (limit !== undefined) return { ok: false, limit };
      let held = true;
      connections++;
      count(perAddress, address, 1);
      if (site !== undefined) enter(site, isListed ? undefined : address);
      return {
        ok: true,
        release() {
          if (!held) return;
          held = false;
          connections--;
          count(perAddress, address, -1);
          if (site !== undefined) leave(site);
        },
      };
    },
  };
}

/** Nobody in particular has no limit. */
function read(tally: ReadonlyMap<string, number>, key: string | undefined): number {
  return key === undefined ? 0 : (tally.get(key) ?? 0);
}

/** Adds to a tally that keeps no zeros, so that it never outgrows the connections there are. */
function count(tally: Map<string, number>, key: string | undefined, by: 1 | -1): void {
  if (key === undefined) return;
  const next = (tally.get(key) ?? 0) + by;
  if (next === 0) tally.delete(key);
  else tally.set(key, next);
}
