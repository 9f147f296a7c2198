import { useMemo, useState } from 'preact/hooks';
import { Sparkline } from '../charts/sparkline.tsx';
import type { SiteSummary, SitesAnswer } from '../data/shapes.ts';
import { useResource } from '../data/use-resource.ts';
import { useStored } from '../data/use-stored.ts';
import { formatCount } from '../format.ts';
import { Change } from '../parts/change.tsx';
import { PageHead, Tile } from '../parts/page-head.tsx';
import { FailureNotice, Loaded, Message, Notice, SkeletonRows } from '../parts/states.tsx';
import { FirstSite } from './first-site.tsx';
import { orderSites, sumSites, type SortKey } from './order-sites.ts';
import { SitesTable } from './sites-table.tsx';
import { SitesToolbar } from './sites-toolbar.tsx';

const INTERVAL_MS = 2_000;

export function SitesPage() {
  const resource = useResource<SitesAnswer>('sites', INTERVAL_MS);
  return (
    <>
      <PageHead title="Sites" lead="Who is here right now, on every site that this counter knows." />
      <FailureNotice resource={resource} />
      <Loaded resource={resource} skeleton={<SitesSkeleton />}>
        {({ sites }) => (sites.length === 0 ? <FirstSite /> : <Sites sites={sites} />)}
      </Loaded>
    </>
  );
}

function SitesSkeleton() {
  return (
    <>
      <div class="skeleton skeleton-tiles" aria-hidden="true" />
      <SkeletonRows count={8} />
    </>
  );
}

function Sites({ sites }: { sites: SiteSummary[] }) {
  const [search, setSearch] = useState('');
  const [sort, setSort] = useStored<{ key: SortKey; isReversed: boolean }>('sort', {
    key: 'people',
    isReversed: false,
  });
  const [pinned, setPinned] = useStored<string[]>('pinned', []);
  const pins = useMemo(() => new Set(pinned), [pinned]);
  const ordered = useMemo(
    () => orderSites(sites, { search, sort: sort.key, isReversed: sort.isReversed, pinned: pins }),
    [sites, search, sort, pins],
  );
  const togglePin = (site: string): void =>
    setPinned(pins.has(site) ? pinned.filter((other) => other !== site) : [...pinned, site]);
  const sortBy = (key: SortKey): void =>
    setSort({ key, isReversed: sort.key === key ? !sort.isReversed : false });
  return (
    <>
      <Totals sites={sites} />
      <SitesToolbar
        search={search}
        onSearch={setSearch}
        sort={sort.key}
        onSort={(key) => setSort({ key, isReversed: false })}
        found={ordered.length}
        count={sites.length}
      />
      {ordered.length === 0 ? (
        <Message icon="search" title="No site matches">
          <p>No site has “{search.trim()}” in its name.</p>
          <button type="button" class="button" onClick={() => setSearch('')}>
            Show all sites
          </button>
        </Message>
      ) : (
        <SitesTable sites={ordered} sort={sort} onSort={sortBy} pins={pins} onPin={togglePin} />
      )}
    </>
  );
}

function Totals({ sites }: { sites: SiteSummary[] }) {
  const sum = useMemo(() => sumSites(sites), [sites]);
  const isLive = sites.filter(({ people }) => people > 0).length;
  const change = sum.trend.length === 0 ? undefined : sum.people - sum.trend[0]!;
  return (
    <>
      {sum.isStale && (
        <Notice icon="warning">
          <strong>Some figures may be old.</strong> Other servers are out of reach at the moment. Their last
          known numbers are shown, and marked.
        </Notice>
      )}
      <dl class="tiles tiles-hero">
        <Tile
          label="People now"
          value={formatCount(sum.people)}
          note={
            <>
              <Change value={change} /> in the last hour
            </>
          }
        />
        <Tile label="Open tabs" value={formatCount(sum.tabs)} note="of all people" />
        <Tile
          label="Sites with people"
          value={formatCount(isLive)}
          note={`of ${formatCount(sites.length)}`}
        />
        <div class="tile tile-trend" aria-hidden="true">
          <span class="tile-caption">Last hour, all sites</span>
          <Sparkline values={sum.trend} />
        </div>
      </dl>
    </>
  );
}
