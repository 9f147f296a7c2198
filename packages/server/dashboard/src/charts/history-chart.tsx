import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { HistoryAnswer } from '../data/shapes.ts';
import { formatClock, formatCount, formatDayOfMonth, formatExactClock } from '../format.ts';
import { chartColumns, zoomSpan, type ChartColumns, type LivePoint } from './chart-data.ts';

export interface ChartPoint {
  time: number;
  mean: number;
  min: number;
  max: number;
}

/** What the buttons beside the chart do. */
export interface ChartControls {
  /** Below 1 shows less, above 1 more. */
  zoom: (factor: number) => void;
  reset: () => void;
}

interface ChartProps {
  history: HistoryAnswer;
  /** The numbers that have arrived since the newest sample, or since the page is open. */
  live: readonly LivePoint[];
  label: string;
  /** Called with the point below the pointer. */
  onPoint: (point: ChartPoint | undefined) => void;
  onZoom: (isZoomed: boolean) => void;
  controls: { current: ChartControls | null };
}

const HEIGHT = 280;
const NARROW_HEIGHT = 220;

/** The line of the mean, on a band from the least to the most. Dragging over it zooms, a double click resets. */
export function HistoryChart(props: ChartProps) {
  const { history, live, label, controls } = props;
  const boxRef = useRef<HTMLDivElement>(null);
  const chartRef = useRef<uPlot | null>(null);
  const columns = chartColumns(history, live);
  const latest = useRef({ ...props, columns });
  latest.current = { ...props, columns };

  useEffect(() => {
    const box = boxRef.current!;
    const create = (): void => {
      chartRef.current?.destroy();
      chartRef.current = createChart(box, latest);
    };
    create();
    controls.current = {
      zoom(factor) {
        const chart = chartRef.current!;
        const span = zoomSpan(spanOf(chart), wholeOf(latest.current.columns), factor);
        chart.setScale('x', { min: span[0], max: span[1] });
      },
      reset: () => resetZoom(chartRef.current!, latest.current.columns),
    };
    const observer = new ResizeObserver(() => chartRef.current?.setSize(sizeOf(box)));
    observer.observe(box);
    const media = matchMedia('(prefers-color-scheme: dark)');
    media.addEventListener('change', create);
    addEventListener('theme-changed', create);
    return () => {
      observer.disconnect();
      media.removeEventListener('change', create);
      removeEventListener('theme-changed', create);
      chartRef.current?.destroy();
      chartRef.current = null;
    };
  }, [controls]);

  useEffect(() => {
    const chart = chartRef.current;
    if (!chart) return;
    const wasZoomed = isZoomed(chart, chart.data as ChartColumns);
    // A zoomed part stays where it is, while new points arrive.
    chart.setData(columns, !wasZoomed);
    if (wasZoomed) chart.redraw();
  });

  return <div class="chart" ref={boxRef} role="img" aria-label={label} />;
}

function createChart(box: HTMLElement, latest: { current: ChartProps & { columns: ChartColumns } }): uPlot {
  const color = (name: string): string => readColor(box, name);
  const axis = {
    stroke: color('faint'),
    grid: { stroke: color('grid'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const options: uPlot.Options = {
    ...sizeOf(box),
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, uni: 10 },
      points: { size: 8, fill: color('accent'), stroke: color('surface'), width: 2 },
    },
    scales: { y: { range: (_chart, _min, max) => [0, niceTop(max)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 32, space: 72, values: timeLabels },
      {
        ...axis,
        size: 48,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5],
        values: (_chart, splits) => splits.map(formatCount),
      },
    ],
    series: [
      {},
      { stroke: color('accent'), width: 2, fill: color('chart-fill'), points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
    ],
    bands: [{ series: [3, 2], fill: color('chart-band') }],
    hooks: {
      setCursor: [(chart) => latest.current.onPoint(pointOf(chart))],
      setScale: [
        (chart, scale) => {
          if (scale === 'x') latest.current.onZoom(isZoomed(chart, latest.current.columns));
        },
      ],
    },
  };
  return new uPlot(options, latest.current.columns, box);
}

function sizeOf(box: HTMLElement): { width: number; height: number } {
  const width = Math.max(200, box.clientWidth);
  return { width, height: width < 500 ? NARROW_HEIGHT : HEIGHT };
}

/** A time of day, and the day at midnight. */
function timeLabels(_chart: uPlot, splits: number[], _axis: number, _space: number, step: number): string[] {
  const formatTime = step < 60 ? formatExactClock : formatClock;
  return splits.map((seconds) => {
    const date = new Date(seconds * 1_000);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
    return isMidnight ? formatDayOfMonth(seconds * 1_000) : formatTime(seconds * 1_000);
  });
}

/** Room above the line, and integers at the axis. */
function niceTop(max: number | null): number {
  return Math.max(4, Math.ceil((max ?? 0) * 1.15));
}

function pointOf(chart: uPlot): ChartPoint | undefined {
  const index = chart.cursor.idx;
  if (index == null) return undefined;
  const [times, mean, min, max] = chart.data as ChartColumns;
  if (mean[index] == null) return undefined;
  return { time: times[index]!, mean: mean[index], min: min[index]!, max: max[index]! };
}

const spanOf = ({ scales }: uPlot): [number, number] => [scales['x']!.min ?? 0, scales['x']!.max ?? 0];
const wholeOf = ([times]: ChartColumns): [number, number] => [times[0] ?? 0, times.at(-1) ?? 0];

function isZoomed(chart: uPlot, columns: ChartColumns): boolean {
  // Before the first drawing there is no scale.
  if (columns[0].length < 2 || chart.scales['x']!.min == null) return false;
  const [from, to] = spanOf(chart);
  const [first, last] = wholeOf(columns);
  return from > first || to < last;
}

function resetZoom(chart: uPlot, columns: ChartColumns): void {
  const [min, max] = wholeOf(columns);
  chart.setScale('x', { min, max });
}

/** A colour of the style sheet as a canvas can use it, which knows no `light-dark()`. */
function readColor(element: HTMLElement, name: string): string {
  element.style.color = `var(--${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}
