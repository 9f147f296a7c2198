import { sitePath } from '../data/api.ts';
import type { SiteState } from '../data/shapes.ts';
import { useLiveTotal, type LiveState } from '../data/use-live-total.ts';
import { useResource, type Resource } from '../data/use-resource.ts';
import { formatAgo, formatClock, formatCount, formatDay, formatMoment } from '../format.ts';
import { Icon } from '../parts/icons.tsx';
import { Tile } from '../parts/page-head.tsx';
import { FailureNotice, Loaded, Message, Notice } from '../parts/states.tsx';
import { AccessCard } from './access-card.tsx';
import { EmbedCard } from './embed-card.tsx';
import { HistoryCard } from './history-card.tsx';
import { LeaveOutCard } from './leave-out-card.tsx';
import { peakOf } from './order-sites.ts';
import { PagesCard } from './pages-card.tsx';
import { SiteWebhooksCard } from './site-webhooks-card.tsx';

const INTERVAL_MS = 5_000;

/** One site. The number comes by server-sent events; the rest is read every few seconds. */
export function SitePage({ site }: { site: string }) {
  const resource = useResource<SiteState>(sitePath(site), INTERVAL_MS);
  const live = useLiveTotal(site);
  const people = live.isConnected ? live.total?.people : resource.data?.people;
  return (
    <>
      <a class="back" href="#/">
        <Icon name="back" />
        All sites
      </a>
      {resource.failure?.status === 404 ? (
        <UnknownSite site={site} />
      ) : (
        <>
          <FailureNotice resource={resource} />
          <Hero site={site} resource={resource} live={live} />
          <HistoryCard site={site} people={people} />
          <div class="columns columns-site">
            <PagesCard site={site} />
            <div class="stack">
              <EmbedCard site={site} />
              <AccessCard site={site} />
              <LeaveOutCard site={site} />
              <SiteWebhooksCard site={site} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function UnknownSite({ site }: { site: string }) {
  return (
    <>
      <h1 tabIndex={-1} class="site-title">
        {site}
      </h1>
      <Message icon="search" title="This site is not counted here">
        <p>It has had no visitor since the server started, or it is not in the server’s list of sites.</p>
      </Message>
    </>
  );
}

function Hero(props: { site: string; resource: Resource<SiteState>; live: LiveState }) {
  const { site, resource, live } = props;
  const isStale = live.total?.stale ?? resource.data?.stale ?? false;
  return (
    <>
      <div class="site-head">
        <h1 tabIndex={-1} class="site-title">
          {site}
        </h1>
        <LiveTag isConnected={live.isConnected} isStale={isStale} />
      </div>
      {isStale && (
        <Notice icon="warning">
          <strong>This number may be old.</strong> Other servers are out of reach; visitors of this server are
          counted exactly.
        </Notice>
      )}
      <Loaded resource={resource} skeleton={<div class="skeleton skeleton-hero" />}>
        {(state) => <Figures state={state} live={live} />}
      </Loaded>
    </>
  );
}

function LiveTag({ isConnected, isStale }: { isConnected: boolean; isStale: boolean }) {
  const state = !isConnected ? 'waiting' : isStale ? 'stale' : 'live';
  return (
    <span class={`live-tag live-tag-${state}`} role="status">
      <span class="live-dot" aria-hidden="true" />
      {LIVE_LABELS[state]}
    </span>
  );
}

const LIVE_LABELS = { live: 'Live', stale: 'May be old', waiting: 'Connecting…' };

function Figures({ state, live }: { state: SiteState; live: LiveState }) {
  const { people, tabs } = (live.isConnected ? live.total : undefined) ?? state;
  const { today, allTime } = state.peak;
  return (
    <div class="hero">
      <p class="hero-number">
        <span class="hero-count" key={people}>
          {formatCount(people)}
        </span>
        <span class="hero-unit">
          {people === 1 ? 'person' : 'people'} here right now
          <span class="faint">
            {' '}
            · {formatCount(tabs)} {tabs === 1 ? 'tab' : 'tabs'}
          </span>
        </span>
      </p>
      <dl class="tiles">
        <Tile
          label="Peak today"
          value={formatCount(peakOf({ people }, today?.people))}
          note={today ? `at ${formatClock(today.at)}` : undefined}
        />
        <Tile
          label="All-time peak"
          value={formatCount(peakOf({ people }, allTime?.people))}
          note={allTime ? formatDay(allTime.at) : undefined}
        />
        <Tile
          label="History since"
          value={state.since === null ? '–' : formatAgo(state.since, Date.now())}
          note={state.since === null ? 'begins within a minute' : formatMoment(state.since)}
        />
      </dl>
    </div>
  );
}
