/** Who may connect: limits on connections, checked before a session exists. [C11] */
export interface Admission {
  /**
   * Takes a place for a connection, if there is one.
   *
   * @param site `undefined` for a site that is not counted; such a connection is about to be refused anyway.
   * @param address whom the connection is put down to, or `undefined` if that is nobody's in particular.
   */
  admit(site: string | undefined, address: string | undefined): Admitted | Refused;
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

/** Each is a number of connections, but for `maxSites`, which is a number of sites. `Infinity` is no limit. */
export interface AdmissionLimits {
  maxConnections: number;
  maxPerAddress: number;
  maxPerSite: number;
  maxSites: number;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  let connections = 0;
  const perAddress = new Map<string, number>();
  const perSite = new Map<string, number>();

  function reached(site: string | undefined, address: string | undefined): keyof AdmissionLimits | undefined {
    if (connections >= limits.maxConnections) return 'maxConnections';
    if (address !== undefined && (perAddress.get(address) ?? 0) >= limits.maxPerAddress)
      return 'maxPerAddress';
    if (site === undefined) return undefined;
    const onSite = perSite.get(site) ?? 0;
    if (onSite >= limits.maxPerSite) return 'maxPerSite';
    if (onSite === 0 && perSite.size >= limits.maxSites) return 'maxSites';
    return undefined;
  }

  return {
    admit(site, address) {
      const limit = reached(site, address);
      if (limit !== undefined) return { ok: false, limit };
      let held = true;
      connections++;
      count(perAddress, address, 1);
      count(perSite, site, 1);
      return {
        ok: true,
        release() {
          if (!held) return;
          held = false;
          connections--;
          count(perAddress, address, -1);
          count(perSite, site, -1);
        },
      };
    },
  };
}

/** Adds to a tally that keeps no zeros, so that it never outgrows the connections there are. */
function count(tally: Map<string, number>, key: string | undefined, by: 1 | -1): void {
  if (key === undefined) return;
  const next = (tally.get(key) ?? 0) + by;
  if (next === 0) tally.delete(key);
  else tally.set(key, next);
}
