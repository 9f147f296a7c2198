import type { ResolvedReloadServerOptions } from './options.ts';

/** Loopback addresses, and those that include them. */
const LOCAL_HOST = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|\[?::1?\]?)$/i;

/**
 * The ports of backends at the addresses on which the tool listens, each with the origin of its backend. On such a port, the tool
 * would forward requests to itself.
 */
export function portsOfBackends({
  host,
  source,
  routes,
}: Pick<ResolvedReloadServerOptions, 'host' | 'source' | 'routes'>): Map<number, string> {
  if (!LOCAL_HOST.test(host)) return new Map();
  const backends = [
    ...(source.kind === 'proxy' ? [source.target] : []),
    ...routes.map(({ target }) => target),
  ];
  return new Map(
    backends
      .filter(({ hostname }) => LOCAL_HOST.test(hostname))
      .map(({ port, protocol, origin }) => [Number(port) || (protocol === 'https:' ? 443 : 80), origin]),
  );
}
