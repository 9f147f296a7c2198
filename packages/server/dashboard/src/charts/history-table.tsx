import type { HistoryAnswer } from '../data/shapes.ts';
import { formatCount, formatDay, formatMoment } from '../format.ts';

const DAY_SECONDS = 86_400;

/** The samples of the chart as a table, the newest first. */
export function HistoryTable({ history }: { history: HistoryAnswer }) {
  const format = history.stepSeconds >= DAY_SECONDS ? formatDay : formatMoment;
  return (
    <div class="table-scroll table-history" tabIndex={0} role="region" aria-label="Samples">
      <table class="table table-numbers">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Least</th>
            <th scope="col">Mean</th>
            <th scope="col">Most</th>
          </tr>
        </thead>
        <tbody>
          {[...history.samples].reverse().map(([time, min, mean, max]) => (
            <tr key={time}>
              <th scope="row">{format(time * 1_000)}</th>
              <td>{formatCount(min)}</td>
              <td>{formatCount(mean)}</td>
              <td>{formatCount(max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
