import type { WebhooksAnswer } from '../data/shapes.ts';
import { useResource } from '../data/use-resource.ts';
import { formatCount } from '../format.ts';
import { Card, PageHead } from '../parts/page-head.tsx';
import { FailureNotice, Loaded, Message, SkeletonRows } from '../parts/states.tsx';
import { Deliveries } from './deliveries.tsx';
import { Snippet } from '../parts/snippet.tsx';

const INTERVAL_MS = 5_000;
const COMMAND = 'live-online-server --webhook https://example.org/hook';

export function WebhooksPage() {
  const resource = useResource<WebhooksAnswer>('webhooks', INTERVAL_MS);
  return (
    <>
      <PageHead
        title="Webhooks"
        lead="Requests that this counter sends when a site fills, empties or peaks."
      />
      <FailureNotice resource={resource} />
      <Loaded resource={resource} skeleton={<SkeletonRows count={5} />}>
        {({ webhooks }) => (webhooks.length === 0 ? <NoWebhooks /> : <Webhooks webhooks={webhooks} />)}
      </Loaded>
    </>
  );
}

function NoWebhooks() {
  return (
    <Message icon="webhooks" title="No webhooks yet">
      <p>
        Start the server with the address of your own service. Every request is signed, and repeated after
        failures.
      </p>
      <Snippet text={COMMAND} label="command" />
    </Message>
  );
}

function Webhooks({ webhooks }: WebhooksAnswer) {
  return (
    <>
      {webhooks.map(({ url, waiting, deliveries }) => (
        <Card
          key={url}
          title={url}
          lead={waiting === 0 ? 'Nothing is waiting' : `${formatCount(waiting)} waiting to be sent`}
        >
          {deliveries.length === 0 ? (
            <p class="card-empty">Nothing has been sent yet.</p>
          ) : (
            <Deliveries deliveries={deliveries} hasSite />
          )}
        </Card>
      ))}
    </>
  );
}
