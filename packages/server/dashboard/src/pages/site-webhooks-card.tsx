import type { WebhooksAnswer } from '../data/shapes.ts';
import { useResource } from '../data/use-resource.ts';
import { Card } from '../parts/page-head.tsx';
import { Loaded, SkeletonRows } from '../parts/states.tsx';
import { Deliveries } from './deliveries.tsx';

const INTERVAL_MS = 5_000;
const SHOWN = 8;

/** What webhooks have been sent about this site. */
export function SiteWebhooksCard({ site }: { site: string }) {
  const resource = useResource<WebhooksAnswer>('webhooks', INTERVAL_MS);
  return (
    <Card
      title="Webhooks"
      actions={
        <a class="quiet-link" href="#/webhooks">
          All webhooks
        </a>
      }
    >
      <Loaded resource={resource} skeleton={<SkeletonRows count={3} />}>
        {({ webhooks }) => {
          const deliveries = webhooks.flatMap(({ deliveries }) =>
            deliveries.filter((one) => one.site === site),
          );
          if (deliveries.length > 0)
            return <Deliveries deliveries={deliveries.slice(0, SHOWN)} hasSite={false} />;
          return (
            <p class="card-empty">
              {webhooks.length === 0
                ? 'No webhook is configured.'
                : 'Nothing has been sent about this site yet.'}
            </p>
          );
        }}
      </Loaded>
    </Card>
  );
}
