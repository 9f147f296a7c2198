import type { Client } from '../client.ts';
import type { MoreOptions } from '../connection.ts';
import { addOptions } from './add-options.ts';
import { connectMore } from './connect-more.ts';

/**
 * Asks the page's client for what one more counter shows. If the client does not have it yet, it connects again, as the
 * same member, with what all counters of the page ask for.
 */
export function ask(client: Client, options: MoreOptions): void {
  const { count, scope } = client.asked || {};
  const asked = addOptions(client, options);
  if (asked.count !== count || asked.scope !== scope)
    client.optOut?.((...args) => connectMore(asked, ...args));
}
