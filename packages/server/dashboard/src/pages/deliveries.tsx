import type { Delivery } from '../data/shapes.ts';
import { formatAgo, formatMoment } from '../format.ts';
import { linkTo } from '../router.ts';

const STATUS: Record<Delivery['status'], { label: string; tag: string }> = {
  delivered: { label: 'Delivered', tag: 'tag-good' },
  waiting: { label: 'Waiting', tag: 'tag-warn' },
  failed: { label: 'Failed', tag: 'tag-bad' },
};

/** The latest deliveries of a webhook, the newest first. */
export function Deliveries({ deliveries, hasSite }: { deliveries: Delivery[]; hasSite: boolean }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Deliveries">
      <table class="table deliveries">
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">Status</th>
            {hasSite && <th scope="col">Site</th>}
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map(({ id, type, site, at, status, attempts, lastError }) => (
            <tr key={id}>
              <td>
                <code>{type}</code>
              </td>
              <td>
                <span class={`tag ${STATUS[status].tag}`}>{STATUS[status].label}</span>
                {attempts > 1 && <span class="faint"> {attempts} attempts</span>}
                {lastError !== null && status !== 'delivered' && <div class="table-error">{lastError}</div>}
              </td>
              {hasSite && (
                <td class="deliveries-site">
                  <a href={linkTo({ page: 'site', site })}>{site}</a>
                </td>
              )}
              <td class="table-time" title={formatMoment(at)}>
                {formatAgo(at, Date.now(), true)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
