import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** The names under which this server may be addressed. Any other is a page of somebody else's that had its name point here. */
export interface HostList {
  /** @param hostname lower case, without port; IPv6 in brackets. */
  allows(hostname: string): boolean;
}

/**
 * Loopback is always allowed. A host that is listened on is allowed itself; where that is every address, so are those of this
 * machine, and its name.
 *
 * @param allowed further names; one that begins with `*.` stands for all names below.
 */
export function createHostList(host: string, allowed: readonly string[]): HostList {
  const names = new Set(allowed.map(normalize));
  const everywhere = host === '0.0.0.0' || host === '::';
  if (!everywhere) names.add(normalize(host));
  const endings = allowed.filter((name) => name.startsWith('*.')).map((name) => normalize(name.slice(1)));

  return {
    allows(name) {
      if (isLoopback(name) || names.has(name)) return true;
      if (endings.some((ending) => name.endsWith(ending))) return true;
      return everywhere && isOwn(name);
    },
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

/** Addresses come and go with the networks a laptop is in: they are asked for each time. */
function isOwn(name: string): boolean {
  const own = hostname().toLowerCase();
  if (name === own || name === `${own}.local`) return true;
  return Object.values(networkInterfaces())
    .flat()
    .some((address) => address !== undefined && normalize(address.address) === name);
}

function normalize(name: string): string {
  const bare = name.toLowerCase().replace(/%.*$/, '');
  return isIP(bare) === 6 ? new URL(`http://[${bare}]`).hostname : bare;
}
