import type { AdmissionLimits } from '../admission.ts';
import type { WorkerToPrimary } from './messages.ts';
import type { Waiter } from './places.ts';

/** A connection that waits until its site is open. */
export interface SiteWaiter extends Waiter {
  /** The address that the site would count against. */
  readonly opener: string | undefined;
}

interface OpenSite {
  connections: number;
  isOpen: boolean;
  waiting: SiteWaiter[];
  /** Those for whom the primary was asked. */
  asked: Set<SiteWaiter>;
}

/** A worker's sites with connections. The primary decides on the first connection of each. */
export class OpenSites {
  readonly #sites = new Map<string, OpenSite>();
  readonly #send: (message: WorkerToPrimary) => void;

  constructor(send: (message: WorkerToPrimary) => void) {
    this.#send = send;
  }

  /** Adds a connection. Returns `false` if the primary is asked first; `waiter` gets the answer. */
  take(site: string, isListed: boolean, waiter: SiteWaiter): boolean {
    let open = this.#sites.get(site);
    if (!open) {
      open = { connections: 0, isOpen: isListed, waiting: [], asked: new Set() };
      this.#sites.set(site, open);
      if (isListed) this.#send(['open', site, undefined, true]);
    }
    if (open.isOpen) {
      open.connections++;
      return true;
    }
    open.waiting.push(waiter);
    if (open.asked.size === 0) this.#ask(site, open);
    return false;
  }

  release(site: string): void {
    const open = this.#sites.get(site)!;
    open.connections--;
    this.#closeIfUnused(site, open);
  }

  cancel(site: string, waiter: SiteWaiter): void {
    const open = this.#sites.get(site);
    if (open) open.waiting = open.waiting.filter((other) => other !== waiter);
  }

  /** The primary has opened a site for this worker. */
  opened(site: string): void {
    const open = this.#sites.get(site)!;
    const waiting = open.waiting.splice(0);
    open.isOpen = true;
    open.asked.clear();
    // All at once: one that is granted may end, and must not close the site for the others.
    open.connections += waiting.length;
    for (const waiter of waiting) waiter.granted();
    this.#closeIfUnused(site, open);
  }

  /** A limit is reached for those who were asked for. The others may have another address. */
  rejected(site: string, limit: keyof AdmissionLimits): void {
    const open = this.#sites.get(site)!;
    const rejected = open.waiting.filter((waiter) => open.asked.has(waiter));
    open.waiting = open.waiting.filter((waiter) => !open.asked.has(waiter));
    open.asked.clear();
    if (open.waiting.length > 0) this.#ask(site, open);
    else this.#sites.delete(site);
    for (const waiter of rejected) waiter.rejected(limit);
  }

  #ask(site: string, open: OpenSite): void {
    const { opener } = open.waiting[0]!;
    open.asked = new Set(open.waiting.filter((waiter) => waiter.opener === opener));
    this.#send(['open', site, opener, false]);
  }

  #closeIfUnused(site: string, open: OpenSite): void {
    if (open.connections > 0 || this.#sites.get(site) !== open) return;
    this.#sites.delete(site);
    this.#send(['close', site]);
  }
}
