import { useEffect, useRef, useState } from 'preact/hooks';
import { describeChart, type LivePoint } from '../charts/chart-data.ts';
import { HistoryChart, type ChartControls, type ChartPoint } from '../charts/history-chart.tsx';
import { HistoryTable } from '../charts/history-table.tsx';
import { sitePath } from '../data/api.ts';
import type { HistoryAnswer, Range } from '../data/shapes.ts';
import { useResource } from '../data/use-resource.ts';
import { useStored } from '../data/use-stored.ts';
import { countPeople, formatCount, formatMoment } from '../format.ts';
import { Icon } from '../parts/icons.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { FailureNotice, Loaded, Message } from '../parts/states.tsx';

const RANGES: Record<Range, { label: string; name: string; intervalMs: number }> = {
  '15m': { label: '15 min', name: 'the last 15 minutes', intervalMs: 15_000 },
  '24h': { label: '24 h', name: 'the last 24 hours', intervalMs: 60_000 },
  '30d': { label: '30 days', name: 'the last 30 days', intervalMs: 300_000 },
  '2y': { label: '2 years', name: 'the last two years', intervalMs: 300_000 },
};

/** A point each second or so, for 15 minutes. */
const MAX_LIVE_POINTS = 900;
const LIVE_STEP_MS = 2_000;

interface HistoryCardProps {
  site: string;
  /** The number of people at this moment, if it is known. */
  people: number | undefined;
}

/** How many people there were: as a chart with zoom, or as a table. */
export function HistoryCard({ site, people }: HistoryCardProps) {
  const [stored, setRange] = useStored<Range>('range', '15m');
  const range = stored in RANGES ? stored : '15m';
  const [isTable, setTable] = useStored('history-table', false);
  const { intervalMs } = RANGES[range];
  const resource = useResource<HistoryAnswer>(sitePath(site, `/history?range=${range}`), intervalMs);
  return (
    <section class="card card-history" aria-label="History">
      <div class="card-head">
        <h2>History</h2>
        <div class="card-actions">
          <Segmented
            label="Range"
            options={Object.entries(RANGES).map(([value, { label }]) => ({ value: value as Range, label }))}
            value={range}
            onChange={setRange}
          />
          <button
            type="button"
            class="button button-small"
            aria-pressed={isTable}
            onClick={() => setTable(!isTable)}
          >
            <Icon name={isTable ? 'chart' : 'table'} />
            {isTable ? 'Chart' : 'Table'}
          </button>
        </div>
      </div>
      <FailureNotice resource={resource} />
      <Loaded resource={resource} skeleton={<div class="skeleton skeleton-chart" />}>
        {(history) =>
          history.samples.length === 0 ? (
            <Message icon="chart" title="No history yet">
              <p>A sample is recorded each minute. The first one appears here within a minute.</p>
            </Message>
          ) : isTable ? (
            <HistoryTable history={history} />
          ) : (
            <Chart key={range} history={history} people={people} name={RANGES[range].name} />
          )
        }
      </Loaded>
    </section>
  );
}

function Chart(props: { history: HistoryAnswer; people: number | undefined; name: string }) {
  const { history, people, name } = props;
  const [point, setPoint] = useState<ChartPoint>();
  const [isZoomed, setZoomed] = useState(false);
  const controls = useRef<ChartControls | null>(null);
  const live = useLivePoints(people);
  return (
    <>
      <div class="chart-bar">
        <p class="chart-readout">
          {point ? readout(point) : <span class="faint chart-hint">Drag over the chart to zoom.</span>}
        </p>
        <div class="button-group" role="group" aria-label="Zoom">
          <ZoomButton icon="plus" label="Zoom in" onClick={() => controls.current?.zoom(0.5)} />
          <ZoomButton
            icon="minus"
            label="Zoom out"
            isDisabled={!isZoomed}
            onClick={() => controls.current?.zoom(2)}
          />
          <ZoomButton
            icon="reset"
            label="Show all"
            isDisabled={!isZoomed}
            onClick={() => controls.current?.reset()}
          />
        </div>
      </div>
      <HistoryChart
        history={history}
        live={history.range === '15m' ? live : history.range === '24h' ? live.slice(-1) : []}
        label={describeChart(history, name)}
        onPoint={setPoint}
        onZoom={setZoomed}
        controls={controls}
      />
    </>
  );
}

/** The numbers that have arrived since the page is open. They show what happens between two samples. */
function useLivePoints(people: number | undefined): LivePoint[] {
  const [points, setPoints] = useState<LivePoint[]>([]);
  useEffect(() => {
    if (people === undefined) return undefined;
    const add = (): void =>
      setPoints((before) => [...before.slice(1 - MAX_LIVE_POINTS), { time: Date.now() / 1_000, people }]);
    add();
    // The line goes on while the number stays.
    const timer = setInterval(add, LIVE_STEP_MS);
    return () => clearInterval(timer);
  }, [people]);
  return points;
}

function readout({ time, mean, min, max }: ChartPoint) {
  const isSpan = Math.round(min) !== Math.round(max);
  return (
    <>
      <strong>{countPeople(mean)}</strong> <span class="muted">{formatMoment(time * 1_000)}</span>
      {isSpan && (
        <span class="faint">
          {' '}
          · {formatCount(min)} to {formatCount(max)}
        </span>
      )}
    </>
  );
}

function ZoomButton(props: {
  icon: 'plus' | 'minus' | 'reset';
  label: string;
  isDisabled?: boolean;
  onClick: () => void;
}) {
  const { icon, label, isDisabled = false, onClick } = props;
  return (
    <button
      type="button"
      class="button button-icon"
      aria-label={label}
      title={label}
      aria-disabled={isDisabled}
      onClick={() => !isDisabled && onClick()}
    >
      <Icon name={icon} />
    </button>
  );
}
