import type { ServerState } from '../data/shapes.ts';
import { Card } from '../parts/page-head.tsx';

/** What the servers share, and whether all of them reach it. */
export function StoreCard({ servers }: { servers: ServerState[] }) {
  const kinds = new Set(servers.map(({ store }) => store));
  const isRedis = kinds.has('redis');
  const unreachable = servers.filter(({ stale }) => stale).map(({ name }) => name);
  const isGood = unreachable.length === 0;
  return (
    <Card title="Store">
      <div class="store">
        <span class={`status-dot ${isGood ? 'status-good' : 'status-warn'}`} aria-hidden="true" />
        <div>
          <p class="store-name">
            {isRedis ? 'Redis' : 'Memory'}{' '}
            <span class="faint">
              · {isRedis ? (isGood ? 'connected' : 'not reached by all') : 'of this process'}
            </span>
          </p>
          <p class="muted">{isRedis ? textOfRedis(servers.length, unreachable) : IN_MEMORY}</p>
        </div>
      </div>
    </Card>
  );
}

const IN_MEMORY =
  'This server counts alone, in the memory of its machine. To count on several servers, start each of them with the same --redis-url.';

function textOfRedis(count: number, unreachable: string[]): string {
  if (unreachable.length === 0) {
    return count === 1
      ? 'One server uses it. Every further server with the same Redis adds to the same totals.'
      : `All ${count} servers exchange their counts through it, so that every total is that of all servers.`;
  }
  return `Out of reach: ${unreachable.join(', ')}. Totals that depend on them may be old; each server counts its own visitors exactly.`;
}
