import { createClient, type Client } from './client.ts';
import type { Connect, ConnectionTarget } from './connection.ts';

/** The clients of a page by their targets. Other versions of this package use them too: see SPEC.md. [W6] */
type Registry = Record<string, Client | undefined>;

/** The page's client for a target. All counters of the page share it, so that the page is one member. */
export function shareClient(
  target: ConnectionTarget,
  connect: Connect,
  readFirstTotal?: () => number | undefined,
): Client {
  return (((globalThis as unknown as Record<symbol, Registry>)[Symbol.for('live-online')] ??= {})[
    JSON.stringify(target)
  ] ??= createClient(target, connect, readFirstTotal));
}

/** The clients of the page, if there are any. */
export function getClients(): Registry | undefined {
  return (globalThis as unknown as Record<symbol, Registry | undefined>)[Symbol.for('live-online')];
}
