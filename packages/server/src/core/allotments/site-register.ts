import type { AdmissionLimits } from '../admission.ts';

interface OpenSite<Worker> {
  /** The workers that have connections on it. */
  readonly workers: Set<Worker>;
  /** The address that the site counts against while it is open, even after that address has left. */
  readonly openedBy: string | undefined;
}

/** The primary's register of sites with connections, for the limits on sites. */
export class SiteRegister<Worker> {
  readonly #limits: AdmissionLimits;
  readonly #sites = new Map<string, OpenSite<Worker>>();
  readonly #perAddress = new Map<string, number>();

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#sites.size;
  }

  /** A worker is about to have its first connection on `site`. Returns the limit that is reached. */
  open(
    worker: Worker,
    site: string,
    opener: string | undefined,
    isListed: boolean,
  ): keyof AdmissionLimits | undefined {
    const open = this.#sites.get(site);
    if (open) return void open.workers.add(worker);
    if (!isListed) {
      const { maxSites, maxSitesPerAddress } = this.#limits;
      if (opener !== undefined && (this.#perAddress.get(opener) ?? 0) >= maxSitesPerAddress) {
        return 'maxSitesPerAddress';
      }
      if (this.#sites.size >= maxSites) return 'maxSites';
    }
    const openedBy = isListed ? undefined : opener;
    this.#sites.set(site, { workers: new Set([worker]), openedBy });
    this.#count(openedBy, 1);
    return undefined;
  }

  /** The last connection of a worker on `site` has ended. */
  close(worker: Worker, site: string): void {
    const open = this.#sites.get(site);
    if (!open?.workers.delete(worker) || open.workers.size > 0) return;
    this.#sites.delete(site);
    this.#count(open.openedBy, -1);
  }

  /** A worker has ended. */
  leave(worker: Worker): void {
    for (const site of this.#sites.keys()) this.close(worker, site);
  }

  /** Deletes counts of 0, so that the map never outgrows the sites. */
  #count(address: string | undefined, by: 1 | -1): void {
    if (address === undefined) return;
    const next = (this.#perAddress.get(address) ?? 0) + by;
    if (next === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, next);
  }
}
