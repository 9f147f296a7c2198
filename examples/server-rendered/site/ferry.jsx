const ROWS = [
  { y: 176, first: 250, count: 15 },
  { y: 214, first: 214, count: 17 },
  { y: 252, first: 232, count: 16 },
];
const DISTANCE = 36;

/** Waves from one edge of a wide window to the other. */
const SEA = `M-1000 352q25-16 50 0${'t50 0'.repeat(59)}V400H-1000Z`;

/** The middle of each porthole. The order in which they are lit is that of this list. */
const PORTHOLES = shuffle(
  ROWS.flatMap(({ y, first, count }) =>
    Array.from({ length: count }, (_, index) => ({ x: first + index * DISTANCE, y })),
  ),
);

/**
 * A ferry with a lit porthole for each visitor, as far as it has portholes.
 *
 * @param {{ lit: number }} props
 */
export function Ferry({ lit }) {
  return (
    <svg className="ferry" viewBox="0 0 1000 400" aria-hidden="true">
      <g className="lines">
        <path className="hull" d="M92 290H930L872 370H168Z" />
        <path className="deck" d="M196 150H806L842 290H176Z" />
        <path className="deck" d="M322 104H640L668 150H306Z" />
        <path className="funnel" d="M520 40H604L616 104H508Z" />
        <path className="mast" d="M372 104V36M372 56H344M372 56H400" />
        <path className="stripe" d="M513 62H609" />
      </g>
      {PORTHOLES.map(({ x, y }, index) => (
        <circle
          key={`${x} ${y}`}
          className={index < lit ? 'porthole lit' : 'porthole'}
          cx={x}
          cy={y}
          r="10"
        />
      ))}
      <path className="sea" d={SEA} />
    </svg>
  );
}

/** Always the same order, so that the renders of server and browser agree. */
function shuffle(places) {
  return places
    .map((place, index) => ({ place, rank: (index * 29 + 11) % places.length }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ place }) => place);
}
