import type { IncomingMessage } from 'node:http';
import { rangeOfPeer, type PeerRange, type TrustsProxy } from './client-address.ts';

/** The headers in which proxies name the client. Browsers cannot send them to another origin without a preflight. */
const HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip'] as const;

/** What is wrong with a proxy that `trustProxy` does not name, and what to do, by where it is. */
export const UNTRUSTED_PROXY: Readonly<Record<PeerRange, string>> = {
  loopback: [
    'a reverse proxy on this machine forwards handshakes, and trustProxy does not name it, so that no limit per address',
    'applies to its clients: set --trust-proxy loopback, if the proxy writes X-Forwarded-For by itself',
  ].join(' '),
  private: [
    'a reverse proxy in a private network forwards handshakes, and trustProxy does not name it, so that all visitors share',
    'one address, with its limits: set --trust-proxy to the address of the proxy',
  ].join(' '),
  public: [
    'handshakes from a public address have headers of a reverse proxy, and trustProxy does not name that address: if it is',
    'a proxy of yours, all visitors share one address, with its limits, so set --trust-proxy to the address of the proxy;',
    'otherwise ignore this, because a client can send these headers as well',
  ].join(' '),
};

/**
 * Notices handshakes of proxies that `trustProxy` does not name. It reports once for each range of addresses: anyone may
 * send such headers.
 */
export class ForwardedHeaders {
  readonly #trustsProxy: TrustsProxy | undefined;
  readonly #report: (message: string) => void;
  readonly #reported = new Set<PeerRange>();

  /** @param report is called with what is wrong, and what to do. */
  constructor(trustsProxy: TrustsProxy | undefined, report: (message: string) => void) {
    this.#trustsProxy = trustsProxy;
    this.#report = report;
  }

  check({ headers, socket }: IncomingMessage): void {
    if (this.#reported.size === Object.keys(UNTRUSTED_PROXY).length) return;
    if (HEADERS.every((header) => headers[header] === undefined)) return;
    const range = rangeOfPeer(socket, this.#trustsProxy);
    if (range === undefined || this.#reported.has(range)) return;
    this.#reported.add(range);
    this.#report(UNTRUSTED_PROXY[range]);
  }
}
