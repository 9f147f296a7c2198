import type { Client } from '../client.ts';
import type { MoreOptions } from '../connection.ts';
import { connectMore } from './connect-more.ts';

/**
 * Asks the page's client for what one more counter shows. If the client does not have it yet, it connects again, as the
 * same member, with what all counters of the page ask for.
 */
export function ask(client: Client, { count, scope }: MoreOptions): void {
  const old = client.asked || {};
  if (count !== 'people') count = old.count;
  if (scope !== 'page') scope = old.scope;
  if (count === old.count && scope === old.scope) return;
  const asked = (client.asked = { ...old, count, scope });
  client.optOut?.((...args) => connectMore(asked, ...args));
}
