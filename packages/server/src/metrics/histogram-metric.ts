import type { HistogramSnapshot } from '../core/histogram.ts';

interface HistogramValue {
  readonly value: number;
  readonly metricName: string;
  readonly labels: Record<string, string>;
}

/**
 * A histogram that is read from counts, where that of prom-client observes each value itself: what is measured must not depend on
 * whether metrics are in use.
 */
export class HistogramMetric {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #read: () => HistogramSnapshot;

  constructor(name: string, help: string, read: () => HistogramSnapshot) {
    this.name = name;
    this.help = help;
    this.#read = read;
  }

  async get(): Promise<{
    name: string;
    help: string;
    type: 'histogram';
    aggregator: 'sum';
    values: HistogramValue[];
  }> {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: toValues(name, this.#read()) };
  }
}

/** The buckets of Prometheus: each has all values up to its bound. */
function toValues(name: string, { bounds, counts, sum }: HistogramSnapshot): HistogramValue[] {
  let total = 0;
  const buckets = counts.map((count, i) => {
    total += count;
    return { value: total, metricName: `${name}_bucket`, labels: { le: String(bounds[i] ?? '+Inf') } };
  });
  return [
    ...buckets,
    { value: sum, metricName: `${name}_sum`, labels: {} },
    { value: total, metricName: `${name}_count`, labels: {} },
  ];
}
