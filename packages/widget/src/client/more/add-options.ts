import type { Client } from '../client.ts';
import type { MoreOptions } from '../connection.ts';

/** Adds what one more counter of the page asks for. Returns what all of them ask for together. */
export function addOptions(
  client: Pick<Client, 'asked'> | undefined = {},
  { count, scope, freeze }: MoreOptions,
): MoreOptions {
  const old = client.asked || {};
  if (count !== 'people') count = old.count;
  if (scope !== 'page') scope = old.scope;
  return (client.asked = { count, scope, freeze: freeze ?? old.freeze });
}
