import { formatCount } from '../format.ts';

export interface BarItem {
  key: string;
  name: string;
  count: number;
  href?: string;
  note?: string;
}

/** Names with counts. The bar behind a name is its share of the largest count. */
export function BarList({ label, items }: { label: string; items: BarItem[] }) {
  const max = items.reduce((most, { count }) => Math.max(most, count), 1);
  return (
    <ul class="bars" aria-label={label}>
      {items.map(({ key, name, count, href, note }) => (
        <li key={key}>
          <div class="bar-row">
            <span class="bar" style={{ width: `${(100 * count) / max}%` }} aria-hidden="true" />
            {href === undefined ? (
              <span class="bar-name">{name}</span>
            ) : (
              <a class="bar-name" href={href} target="_blank" rel="noreferrer">
                {name}
              </a>
            )}
            <span class="bar-count">{formatCount(count)}</span>
          </div>
          {note !== undefined && note !== '' && <p class="bar-note">{note}</p>}
        </li>
      ))}
    </ul>
  );
}
