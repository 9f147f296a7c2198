import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether `address` is a proxy whose X-Forwarded-For is trusted; `hop` counts from this server. */
export type TrustsProxy = (address: string, hop: number) => boolean;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * The address of every client that a trusted proxy names by something that is none, such as `unknown`. They share one,
 * and with it one limit: each spelling of nothing would otherwise be a new address.
 */
export const UNREADABLE_ADDRESS = 'unreadable';

/** A peer without an address is at the other end of a Unix socket, and so on this machine. */
const NO_ADDRESS = '127.0.0.1';

/**
 * Whom a connection counts against: its IPv4 address, or the /64 network of its IPv6 address, which is one
 * customer's.
 *
 * @param trustsProxy `undefined` if no proxy is trusted.
 * @returns `undefined` for a connection from this machine itself, unless `countLoopback`.
 */
export function readAddress(
  request: IncomingMessage,
  trustsProxy: TrustsProxy | undefined,
  countLoopback: boolean,
): string | undefined {
  const address = clientOf(request, trustsProxy);
  return address ? networkOf(address, countLoopback) : UNREADABLE_ADDRESS;
}

/**
 * The same for a connection that has sent nothing yet.
 *
 * @returns `undefined` also for a trusted proxy: many clients share its connections.
 */
export function readPeerAddress(
  { remoteAddress = NO_ADDRESS }: Socket,
  trustsProxy: TrustsProxy | undefined,
  countLoopback: boolean,
): string | undefined {
  const peer = parseAddress(remoteAddress);
  if (!peer) return UNREADABLE_ADDRESS;
  return trustsProxy?.(peer.toString(), 0) ? undefined : networkOf(peer, countLoopback);
}

function networkOf(address: Address, countLoopback: boolean): string | undefined {
  if (!countLoopback && address.range() === 'loopback') return undefined;
  if (address.kind() === 'ipv4') return address.toString();
  const network = (address as ipaddr.IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

/** The nearest address that is no trusted proxy's, from this server outwards; `undefined` if it cannot be read. */
function clientOf(
  { socket, headers }: IncomingMessage,
  trustsProxy: TrustsProxy | undefined,
): Address | undefined {
  const remote = parseAddress(socket.remoteAddress ?? NO_ADDRESS);
  if (!trustsProxy) return remote;
  // Node joins several header lines with commas. Empty elements of a list mean nothing (RFC 9110, 5.6.1).
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((entry) => entry.trim());
  const entries = forwarded.filter(Boolean);
  let client = remote;
  // An entry that cannot be read is trusted by its position alone, where the number of proxies was given.
  for (let hop = 0; entries.length > 0 && trustsProxy(client?.toString() ?? '', hop); hop++) {
    client = parseAddress(entries.pop()!);
  }
  return client;
}

/** Reads an address as proxies write it: alone, with a port (`192.0.2.1:80`), in brackets (`[2001:db8::1]:80`). */
function parseAddress(entry: string): Address | undefined {
  const [, text = entry] = /^\[(.+)\](?::\d{1,5})?$/.exec(entry) ?? /^([\d.]+):\d{1,5}$/.exec(entry) ?? [];
  // Only spelled out as one is it an address: the library would read "1" or "0x7f" as well.
  if (!isIP(text)) return undefined;
  // The zone of a link-local address is a name of one machine's own, with more characters than the library takes.
  const [unzoned] = text.split('%', 1) as [string];
  // The library lacks some spellings, such as ::192.0.2.1. What a socket for both protocols calls ::ffff:192.0.2.1 is
  // 192.0.2.1.
  return ipaddr.isValid(unzoned) ? ipaddr.process(unzoned) : undefined;
}
