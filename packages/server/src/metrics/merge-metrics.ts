import { AggregatorRegistry, type Registry } from 'prom-client';

/** Metrics in the form in which processes send them to each other. */
export type MetricsJson = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/**
 * The text for Prometheus of several processes. Each series has the label `worker`, so that a counter that begins again with a new
 * process is one series alone, and its rate stays right.
 *
 * @param processes by the value of the label.
 */
export function mergeMetrics(processes: ReadonlyMap<string, MetricsJson>): Promise<string> {
  const labelled = [...processes].map(([worker, metrics]) =>
    metrics.map((metric) => ({
      ...metric,
      // Nothing is to be added up: no two series have the same labels.
      aggregator: 'sum' as const,
      values: (metric as unknown as { values: { labels: object }[] }).values.map((value) => ({
        ...value,
        labels: { ...value.labels, worker },
      })),
    })),
  );
  return AggregatorRegistry.aggregate(labelled).metrics();
}
