import { useRef } from 'preact/hooks';
import { Sparkline } from '../charts/sparkline.tsx';
import type { SiteSummary } from '../data/shapes.ts';
import { formatCount } from '../format.ts';
import { Change } from '../parts/change.tsx';
import { Icon } from '../parts/icons.tsx';
import { memo } from '../parts/memo.ts';
import { useMedia } from '../parts/use-media.ts';
import { useVirtualRows } from '../parts/use-virtual-rows.ts';
import { linkTo } from '../router.ts';
import { changeOf, peakOf, type SortKey } from './order-sites.ts';
import { SORT_LABELS } from './sites-toolbar.tsx';

const COLUMNS: SortKey[] = ['people', 'change', 'peakToday', 'peakAllTime'];
/** As in the style sheet. */
const ROW_HEIGHT = 60;
const NARROW_ROW_HEIGHT = 76;

interface TableProps {
  sites: SiteSummary[];
  sort: { key: SortKey; isReversed: boolean };
  onSort: (key: SortKey) => void;
  pins: ReadonlySet<string>;
  onPin: (site: string) => void;
}

/** A table of any number of sites: only rows near the visible part of the page are in the document. */
export function SitesTable({ sites, sort, onSort, pins, onPin }: TableProps) {
  const isNarrow = useMedia('(max-width: 47.99rem)');
  const rowHeight = isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const { items, totalHeight, listRef, scrollTo } = useVirtualRows(sites.length, rowHeight);
  const tableRef = useRef<HTMLDivElement>(null);

  /** Arrow keys go from link to link, also to rows that are not in the document yet. */
  function move(event: KeyboardEvent): void {
    const row = (event.target as Element).closest<HTMLElement>('[data-index]');
    if (!row) return;
    const index = Number(row.dataset['index']);
    const targets: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: sites.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined || target < 0 || target >= sites.length) return;
    event.preventDefault();
    scrollTo(target);
    focusRow(tableRef.current!, target);
  }

  return (
    <div class="sites" role="table" aria-label="Sites" aria-rowcount={sites.length + 1} ref={tableRef}>
      <div role="rowgroup" class="sites-head">
        <div role="row" class="sites-row" aria-rowindex={1}>
          <span role="columnheader" class="cell-pin">
            <span class="visually-hidden">Pinned</span>
          </span>
          <SortHeader column="site" sort={sort} onSort={onSort} />
          <span role="columnheader" class="cell-trend">
            Trend
          </span>
          {COLUMNS.map((column) => (
            <SortHeader key={column} column={column} sort={sort} onSort={onSort} />
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        class="sites-body"
        ref={listRef}
        style={{ height: `${totalHeight}px` }}
        onKeyDown={move}
      >
        {items.map(({ index, start }) => {
          const site = sites[index];
          if (!site) return null;
          const isPinned = pins.has(site.site);
          return <SiteRow key={site.site} {...{ site, index, start, isPinned, onPin }} />;
        })}
      </div>
    </div>
  );
}

function SortHeader(props: { column: SortKey } & Pick<TableProps, 'sort' | 'onSort'>) {
  const { column, sort, onSort } = props;
  const isSorted = sort.key === column;
  const isAscending = (column === 'site') !== sort.isReversed;
  return (
    <span
      role="columnheader"
      class={`cell-${column}`}
      aria-sort={isSorted ? (isAscending ? 'ascending' : 'descending') : undefined}
    >
      <button type="button" class="sort-button" onClick={() => onSort(column)}>
        {SORT_LABELS[column]}
        <span class="sort-arrow" aria-hidden="true">
          {isSorted ? (isAscending ? '↑' : '↓') : ''}
        </span>
      </button>
    </span>
  );
}

interface RowProps {
  site: SiteSummary;
  index: number;
  start: number;
  isPinned: boolean;
  onPin: (site: string) => void;
}

/** While the page scrolls, only rows that come into the document are drawn. */
const SiteRow = memo(function SiteRow({ site, index, start, isPinned, onPin }: RowProps) {
  const isQuiet = site.people === 0;
  return (
    <div
      role="row"
      class={`sites-row${isQuiet ? ' sites-row-quiet' : ''}`}
      aria-rowindex={index + 2}
      data-index={index}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span role="cell" class="cell-pin">
        <button
          type="button"
          class="pin"
          aria-pressed={isPinned}
          aria-label={`Pin ${site.site}`}
          title={isPinned ? 'Pinned to the top' : 'Pin to the top'}
          onClick={() => onPin(site.site)}
        >
          <Icon name="pin" filled={isPinned} />
        </button>
      </span>
      <span role="cell" class="cell-site">
        <a class="site-link" href={linkTo({ page: 'site', site: site.site })}>
          {site.site}
        </a>
        {site.stale && (
          <span class="tag tag-warn">
            <span class="tag-wide">may be </span>old
          </span>
        )}
      </span>
      <span role="cell" class="cell-trend">
        <Sparkline values={[...site.trend, site.people]} />
      </span>
      <span role="cell" class="cell-people">
        <strong>{formatCount(site.people)}</strong>
        <span class="cell-note">
          {formatCount(site.tabs)} {site.tabs === 1 ? 'tab' : 'tabs'}
        </span>
      </span>
      <span role="cell" class="cell-change">
        <Change value={changeOf(site)} />
      </span>
      <span role="cell" class="cell-peakToday">
        {formatCount(peakOf(site, site.peakToday))}
      </span>
      <span role="cell" class="cell-peakAllTime">
        {formatCount(peakOf(site, site.peakAllTime))}
      </span>
    </div>
  );
});

/** The row may come into the document with the next frames, after the page has scrolled. */
function focusRow(table: HTMLElement, index: number, attempts = 10): void {
  const link = table.querySelector<HTMLElement>(`[data-index="${index}"] a`);
  if (link) return link.focus({ preventScroll: true });
  if (attempts > 0) requestAnimationFrame(() => focusRow(table, index, attempts - 1));
}
