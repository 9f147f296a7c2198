const WIDTH = 120;
const HEIGHT = 32;

/** A small line of numbers. It is decoration: the same row has the figures as text. */
export function Sparkline({ values }: { values: readonly number[] }) {
  if (values.length < 2)
    return <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />;
  const line = sparklinePath(values);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <path class="sparkline-area" d={`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
      <path class="sparkline-line" d={line} />
    </svg>
  );
}

/** The highest value reaches the top. A constant line lies in the middle, and zeros lie at the bottom. */
function sparklinePath(values: readonly number[]): string {
  const max = Math.max(...values);
  const min = Math.min(...values);
  const low = min === max ? 0 : min - (max - min) * 0.15;
  const high = max === 0 ? 1 : min === max ? 2 * max : max;
  const step = WIDTH / (values.length - 1);
  const points = values.map((value, index) => {
    const y = HEIGHT - 2 - ((value - low) / (high - low)) * (HEIGHT - 4);
    return `${(index * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
