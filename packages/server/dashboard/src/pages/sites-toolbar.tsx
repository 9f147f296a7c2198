import { useEffect, useRef } from 'preact/hooks';
import { formatCount } from '../format.ts';
import { Icon } from '../parts/icons.tsx';
import type { SortKey } from './order-sites.ts';

export const SORT_LABELS: Record<SortKey, string> = {
  people: 'Now',
  change: 'Last hour',
  peakToday: 'Peak today',
  peakAllTime: 'All-time peak',
  site: 'Site',
};

export function SitesToolbar(props: {
  search: string;
  onSearch: (search: string) => void;
  sort: SortKey;
  onSort: (key: SortKey) => void;
  found: number;
  count: number;
}) {
  const { search, onSearch, sort, onSort, found, count } = props;
  const searchRef = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focusSearch = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      searchRef.current?.focus();
    };
    addEventListener('keydown', focusSearch);
    return () => removeEventListener('keydown', focusSearch);
  }, []);
  return (
    <div class="toolbar" role="search">
      <label class="search">
        <span class="visually-hidden">Search sites</span>
        <Icon name="search" />
        <input
          ref={searchRef}
          type="search"
          placeholder="Search sites"
          autocomplete="off"
          spellcheck={false}
          value={search}
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <label class="select toolbar-sort">
        <span>Sort by</span>
        <select value={sort} onChange={(event) => onSort(event.currentTarget.value as SortKey)}>
          {Object.entries(SORT_LABELS).map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <p class="toolbar-count" role="status">
        {found === count
          ? `${formatCount(count)} ${count === 1 ? 'site' : 'sites'}`
          : `${formatCount(found)} of ${formatCount(count)} sites`}
      </p>
    </div>
  );
}
