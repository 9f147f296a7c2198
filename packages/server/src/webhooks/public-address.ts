import ipaddr from 'ipaddr.js';

/** What IPv6 networks the internet routes to hosts. All others are private, local or mapped to IPv4. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];
/** Parts of it for protocols (such as ORCHID), and for documentation; the library does not know them. RFC 6890, RFC 9637 */
const RESERVED_IPV6 = ['2001::/23', '3fff::/20'].map(
  (text) => ipaddr.parseCIDR(text) as [ipaddr.IPv6, number],
);
/** Tests of networks, which some use as a private one. RFC 2544 */
const BENCHMARKS = ipaddr.parseCIDR('198.18.0.0/15') as [ipaddr.IPv4, number];

/** Whether an address is a host of the internet, and not private, loopback, link-local, multicast or reserved. */
export function isPublicAddress(text: string): boolean {
  const bare = text.replace(/^\[|\]$/g, '');
  if (!ipaddr.isValid(bare)) return false;
  const address = ipaddr.process(bare);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv4') return !(address as ipaddr.IPv4).match(BENCHMARKS);
  const ipv6 = address as ipaddr.IPv6;
  return ipv6.match(GLOBAL_UNICAST) && !RESERVED_IPV6.some((network) => ipv6.match(network));
}
