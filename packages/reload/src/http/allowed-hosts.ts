import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** The host names that requests may use. A page of another site could have its own name resolve to this machine (DNS rebinding). */
export interface AllowedHosts {
  /** @param hostname lower case, without port; IPv6 in brackets. */
  allows(hostname: string): boolean;
}

/**
 * Allows loopback, and the host that the server listens on. If it listens on all addresses, it allows the addresses and the
 * name of this machine.
 *
 * @param allowed additional names; `*.example.org` stands for all subdomains.
 */
export function createAllowedHosts(host: string, allowed: readonly string[]): AllowedHosts {
  const names = new Set(allowed.map(normalize));
  const onAllAddresses = host === '0.0.0.0' || host === '::';
  if (!onAllAddresses) names.add(normalize(host));
  const suffixes = allowed.filter((name) => name.startsWith('*.')).map((name) => normalize(name.slice(1)));

  return {
    allows: (name) =>
      isLoopback(name) ||
      names.has(name) ||
      suffixes.some((suffix) => name.endsWith(suffix)) ||
      (onAllAddresses && isThisMachine(name)),
  };
}

/** Whether a hostname stands for this machine by definition, whatever its resolver says. */
export function isLoopback(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/** Reads the addresses each time, because a laptop changes its networks. */
function isThisMachine(name: string): boolean {
  const own = hostname().toLowerCase();
  if (name === own || name === `${own}.local`) return true;
  return addressesOfMachine().some((address) => normalize(address) === name);
}

/** The addresses of this machine in its networks. */
export function addressesOfMachine(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address.replace(/%.*$/, '')),
  );
}

function normalize(name: string): string {
  const bare = name.toLowerCase().replace(/%.*$/, '');
  return isIP(bare) === 6 ? new URL(`http://[${bare}]`).hostname : bare;
}
