import type { ServerState } from '../data/shapes.ts';
import { Card } from '../parts/page-head.tsx';

/** What the servers share, and whether all of them are up to date. */
export function StoreCard({ servers }: { servers: ServerState[] }) {
  const kinds = new Set(servers.map(({ store }) => store));
  const isRedis = kinds.has('redis');
  const namesOf = (found: ServerState[]): string => found.map(({ name }) => name).join(', ');
  const silent = namesOf(servers.filter((server) => server.silent));
  const stale = namesOf(servers.filter((server) => server.stale && !server.silent));
  const isGood = silent === '' && stale === '';
  return (
    <Card title="Store">
      <div class="store">
        <span class={`status-dot ${isGood ? 'status-good' : 'status-warn'}`} aria-hidden="true" />
        <div>
          <p class="store-name">
            {isRedis ? 'Redis' : 'Memory'}{' '}
            <span class="faint">
              · {isRedis ? (isGood ? 'connected' : 'not all servers are up to date') : 'of this machine'}
            </span>
          </p>
          <p class="muted">{isRedis ? textOfRedis(servers.length, silent, stale) : IN_MEMORY}</p>
        </div>
      </div>
    </Card>
  );
}

const IN_MEMORY =
  'This server counts alone, in the memory of its machine. To count on several servers, start each of them with the same --redis-url.';

function textOfRedis(count: number, silent: string, stale: string): string {
  const problems = [
    silent &&
      `No answer from ${silent}: their visitors count until the other servers remove them from the list.`,
    stale && `The totals of ${stale} may be old. Each server counts its own visitors exactly.`,
  ].filter(Boolean);
  if (problems.length > 0) return problems.join(' ');
  return count === 1
    ? 'One server uses it. Every further server with the same Redis adds to the same totals.'
    : `All ${count} servers exchange their counts through it, so that every total is that of all servers.`;
}
