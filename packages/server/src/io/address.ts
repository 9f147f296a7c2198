import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import proxyaddr from 'proxy-addr';

/** Whether `address` is a proxy whose X-Forwarded-For is believed; `hop` counts from this server. */
export type TrustsProxy = (address: string, hop: number) => boolean;

/**
 * Whom a connection is put down to: its IPv4 address, or the /64 network of its IPv6 address, which is one
 * customer's.
 *
 * @param trustsProxy `undefined` if no proxy is trusted.
 * @returns `undefined` for a connection from this machine itself, unless `limitsLoopback`.
 */
export function readAddress(
  request: IncomingMessage,
  trustsProxy: TrustsProxy | undefined,
  limitsLoopback: boolean,
): string | undefined {
  const remote = request.socket.remoteAddress;
  if (remote === undefined) return undefined;
  const claimed = trustsProxy ? proxyaddr(request, trustsProxy) : remote;
  // Only spelled out as one is it an address: "1" or "0x7f" would be read as 0.0.0.1 and 127.0.0.1 by some. The
  // zone of a link-local address is a name of this machine's own, with more characters than the library takes.
  const [text] = (isIP(claimed) ? claimed : remote).split('%', 1) as [string];
  // What a socket for both protocols calls ::ffff:192.0.2.1 is 192.0.2.1.
  const address = ipaddr.process(text);
  if (!limitsLoopback && address.range() === 'loopback') return undefined;
  if (address.kind() === 'ipv4') return address.toString();
  const network = (address as ipaddr.IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
