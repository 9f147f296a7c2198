import type { Client } from './client/client.ts';
import type { Connect, ConnectionTarget } from './client/connection.ts';
import { shareClient } from './client/shared-client.ts';
import type { CounterOptions } from './options.ts';

/**
 * The page's client for a target. It connects by `plain`, or by the second file, which is loaded then, if one of its
 * counters asks for people or pages. If it is connected without them, it connects again as the same member.
 */
export function shareCounter(
  target: ConnectionTarget,
  { count, scope }: CounterOptions,
  plain: Connect,
): Client {
  const asksMore = count === 'people' || scope === 'page';
  const client = shareClient(target, asksMore ? () => () => {} : plain);
  if (asksMore)
    import('@live-online/widget/live-online.more.js').then(
      (more) => more.ask(client, { count, scope }),
      // A page that cannot load it is counted all the same.
      () => client.asked ?? client.optOut?.(plain),
    );
  return client;
}
