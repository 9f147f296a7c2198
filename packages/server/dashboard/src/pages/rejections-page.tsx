import type { StatsAnswer } from '../data/shapes.ts';
import { useResource } from '../data/use-resource.ts';
import { formatCount } from '../format.ts';
import { BarList } from '../parts/bar-list.tsx';
import { Card, PageHead, Tile } from '../parts/page-head.tsx';
import { FailureNotice, Loaded, SkeletonCards } from '../parts/states.tsx';
import { orderReasons } from './reasons.ts';

const INTERVAL_MS = 5_000;

export function RejectionsPage() {
  const resource = useResource<StatsAnswer>('stats', INTERVAL_MS);
  return (
    <>
      <PageHead title="Rejections" lead="What all servers have turned away since they started, and why." />
      <FailureNotice resource={resource} />
      <Loaded
        resource={resource}
        skeleton={
          <>
            <div class="skeleton skeleton-tiles" aria-hidden="true" />
            <SkeletonCards count={2} />
          </>
        }
      >
        {(stats) => <Stats stats={stats} />}
      </Loaded>
    </>
  );
}

function Stats({ stats }: { stats: StatsAnswer }) {
  return (
    <>
      <dl class="tiles">
        <Tile label="Connections" value={formatCount(stats.connections)} note="open now" />
        <Tile label="Updates" value={formatCount(stats.updates)} note="totals published" />
        <Tile label="Messages" value={formatCount(stats.messages)} note="totals sent to visitors" />
        <Tile
          label="Rejected"
          value={formatCount(sumOf(stats.rejected))}
          note={`${formatCount(sumOf(stats.terminated))} terminated`}
        />
      </dl>
      <div class="columns">
        <Reasons title="Rejected" lead="Before they were counted" counts={stats.rejected} />
        <Reasons title="Terminated" lead="While they were connected" counts={stats.terminated} />
      </div>
    </>
  );
}

function Reasons(props: { title: string; lead: string; counts: Record<string, number> }) {
  const reasons = orderReasons(props.counts);
  return (
    <Card title={props.title} lead={props.lead}>
      {reasons.length === 0 ? (
        <p class="card-empty">None since the start.</p>
      ) : (
        <BarList
          label={props.title}
          items={reasons.map(({ reason, count, text }) => ({ key: reason, name: reason, count, note: text }))}
        />
      )}
    </Card>
  );
}

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
