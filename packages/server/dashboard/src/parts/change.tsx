import { formatChange } from '../format.ts';

/** How a number has changed, with a direction that does not depend on colours. */
export function Change({ value }: { value: number | undefined }) {
  if (value === undefined) return <span class="change change-none">–</span>;
  const direction = value > 0 ? 'up' : value < 0 ? 'down' : 'none';
  return (
    <span class={`change change-${direction}`}>
      <span aria-hidden="true">{ARROWS[direction]}</span>
      {formatChange(value)}
    </span>
  );
}

const ARROWS = { up: '▲', down: '▼', none: '' };
