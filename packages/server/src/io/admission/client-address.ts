import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether `address` is a proxy whose X-Forwarded-For is trusted; `hop` counts from this server. */
export type TrustsProxy = (address: string, hop: number) => boolean;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * The address of all clients for whom a trusted proxy writes something that is no address, such as `unknown`. They share
 * one limit: otherwise each such text would count as a new address.
 */
export const UNREADABLE_ADDRESS = 'unreadable';

/** The address of a TCP peer, as the system writes it. On a dual-stack socket it is mapped to IPv6. */
const IPV4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i;

/** The address of a peer without one: it uses a Unix socket, and so is on this machine. */
const UNIX_SOCKET_ADDRESS = '127.0.0.1';

/**
 * The address that a connection counts against: an IPv4 address, or the /64 network of an IPv6 address, which belongs
 * to one customer.
 *
 * @param trustsProxy `undefined` if no proxy is trusted.
 * @returns `undefined` for a connection from this machine itself, unless `countLoopback`.
 */
export function readAddress(
  request: IncomingMessage,
  trustsProxy: TrustsProxy | undefined,
  countLoopback: boolean,
): string | undefined {
  if (!trustsProxy) return readPeerAddress(request.socket, undefined, countLoopback);
  const address = clientOf(request, trustsProxy);
  return address ? networkOf(address, countLoopback) : UNREADABLE_ADDRESS;
}

/**
 * The same for a connection that has not sent a request yet.
 *
 * @returns `undefined` also for a trusted proxy, whose connections belong to many clients.
 */
export function readPeerAddress(
  socket: Socket,
  trustsProxy: TrustsProxy | undefined,
  countLoopback: boolean,
): string | undefined {
  const ipv4 = trustsProxy ? undefined : ipv4Of(socket);
  if (ipv4 !== undefined) return !countLoopback && ipv4.startsWith('127.') ? undefined : ipv4;
  const peer = parseAddress(socket.remoteAddress ?? UNIX_SOCKET_ADDRESS);
  if (!peer) return UNREADABLE_ADDRESS;
  return trustsProxy?.(peer.toString(), 0) ? undefined : networkOf(peer, countLoopback);
}

/** Where the peer of a connection is. */
export type PeerRange = 'loopback' | 'private' | 'public';

/** @returns `undefined` for a trusted proxy. */
export function rangeOfPeer(
  { remoteAddress = UNIX_SOCKET_ADDRESS }: Socket,
  trustsProxy: TrustsProxy | undefined,
): PeerRange | undefined {
  const peer = parseAddress(remoteAddress);
  if (trustsProxy?.(peer?.toString() ?? '', 0)) return undefined;
  const range = peer?.range();
  if (range === 'loopback') return 'loopback';
  return range === undefined || range === 'unicast' ? 'public' : 'private';
}

/** The IPv4 address of a peer, as most have: the system writes it in one form only, so it need not be parsed. */
function ipv4Of({ remoteAddress = UNIX_SOCKET_ADDRESS }: Socket): string | undefined {
  return IPV4.exec(remoteAddress)?.[1];
}

function networkOf(address: Address, countLoopback: boolean): string | undefined {
  if (!countLoopback && address.range() === 'loopback') return undefined;
  if (address.kind() === 'ipv4') return address.toString();
  const network = (address as ipaddr.IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

/** The nearest address that is not a trusted proxy's, counted from this server; `undefined` if it cannot be parsed. */
function clientOf({ socket, headers }: IncomingMessage, trustsProxy: TrustsProxy): Address | undefined {
  const remote = parseAddress(socket.remoteAddress ?? UNIX_SOCKET_ADDRESS);
  // Node joins several header lines with commas. Empty elements of a list are ignored (RFC 9110 §5.6.1).
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((entry) => entry.trim());
  const entries = forwarded.filter(Boolean);
  let client = remote;
  // With a number of proxies an entry is trusted by its position alone, even if it cannot be parsed.
  for (let hop = 0; entries.length > 0 && trustsProxy(client?.toString() ?? '', hop); hop++) {
    client = parseAddress(entries.pop()!);
  }
  return client;
}

/** Parses an address as proxies write it: alone, with a port (`192.0.2.1:80`), or in brackets (`[2001:db8::1]:80`). */
function parseAddress(entry: string): Address | undefined {
  const [, text = entry] = /^\[(.+)\](?::\d{1,5})?$/.exec(entry) ?? /^([\d.]+):\d{1,5}$/.exec(entry) ?? [];
  // The library would also accept "1" or "0x7f".
  if (!isIP(text)) return undefined;
  // The zone of a link-local address is local to one machine, and may have characters that the library rejects.
  const [unzoned] = text.split('%', 1) as [string];
  // The library rejects some valid forms, such as ::192.0.2.1. `process` turns ::ffff:192.0.2.1, as dual-stack sockets
  // report IPv4 addresses, into 192.0.2.1.
  return ipaddr.isValid(unzoned) ? ipaddr.process(unzoned) : undefined;
}
