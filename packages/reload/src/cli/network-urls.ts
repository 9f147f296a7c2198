import { isIPv4 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { isLoopback } from '../http/allowed-hosts.ts';
import type { Listening } from '../http/listen.ts';

/** Interfaces of virtual machines, containers and VPNs, which phones can hardly reach. */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vmenet|vbox|vEthernet|utun|tun|tap|tailscale|zt|wg|lxc|cni|podman)/i;

/** The URLs at which other devices of the network reach the server, the most probable one first. */
export function networkUrls(
  { url, host, port }: Listening,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string[] {
  const { protocol, hostname } = new URL(url);
  if (host !== '0.0.0.0' && host !== '::') return isLoopback(hostname) ? [] : [url];
  return Object.entries(interfaces)
    .flatMap(([name, list = []]) => list.map((one) => ({ ...one, rank: rankOf(name, one.address) })))
    .filter(({ address, internal }) => isIPv4(address) && !internal)
    .sort((a, b) => a.rank - b.rank)
    .map(({ address }) => `${protocol}//${address}:${port}/`);
}

function rankOf(name: string, address: string): number {
  // 169.254 means that no router has assigned an address.
  return (VIRTUAL.test(name) ? 2 : 0) + (address.startsWith('169.254.') ? 1 : 0);
}
