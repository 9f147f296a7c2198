/**
 * What the chart of the README shows: bars of saved results, grouped in panels.
 *
 * @typedef {{ label: string, value: number, isOurs: boolean }} Bar
 * @typedef {{ title: string, note: string, format: (value: number) => string, bars: Bar[] }} Panel
 */

const LABELS = {
  own: 'Live Online, script tag',
  stock: 'Live Online, Socket.IO client',
  raw: 'Raw ws, no protocol',
  coalesced: 'Socket.IO, one emit per tick',
  plain: 'Socket.IO',
  recipe: 'Socket.IO, emit per arrival',
};
const OURS = ['own', 'stock'];

const inSeconds = (ms) => `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
const inMillis = (ms) => (ms < 1_000 ? `${Math.round(ms)} ms` : inSeconds(ms));
const inKilobytes = (kb) => `${kb.toFixed(1)} kB`;
const inMicros = (us) => `${us.toFixed(1)} µs`;

/**
 * @param {import('./results.mjs').Saved[]} results
 * @returns {Panel[]} Those for which there are results.
 */
export function panelsOf(results) {
  const bySuite = Object.fromEntries(results.map((result) => [result.suite, result]));
  return [...stormPanels(bySuite.storm), ...idlePanels(bySuite.idle)];
}

function stormPanels(storm) {
  if (storm === undefined) return [];
  // The largest storm shows the differences best.
  const { n, ...sides } = storm.storms.toSorted((a, b) => b.n - a.n)[0];
  const arrivals = `${n.toLocaleString('en-US')} visitors arrive at once`;
  const order = ['own', 'stock', 'raw', 'coalesced', 'recipe'];
  return [
    panel(
      { title: "Server's CPU time", note: arrivals, format: inSeconds },
      sides,
      order,
      (side) => side.cpuMs,
    ),
    panel(
      { title: 'Time to the first total', note: `${arrivals}, 99th percentile`, format: inMillis },
      sides,
      order,
      (side) => side.firstTotalMs.p99,
    ),
  ];
}

function idlePanels(idle) {
  if (idle === undefined) return [];
  const { n, plain, stock, own } = idle;
  const sides = { plain, stock, own };
  const order = ['own', 'stock', 'plain'];
  const connections = `each of ${n.toLocaleString('en-US')} idle connections`;
  return [
    panel(
      { title: "Server's memory", note: connections, format: inKilobytes },
      sides,
      order,
      (side) => side.rssKb,
    ),
    panel(
      { title: "Server's CPU time per second", note: connections, format: inMicros },
      sides,
      order,
      (side) => side.heartbeatUs,
    ),
  ];
}

function panel(about, sides, order, figure) {
  const present = order.filter((side) => sides[side] !== undefined);
  const bars = present.map((side) => ({
    label: LABELS[side],
    value: figure(sides[side]),
    isOurs: OURS.includes(side),
  }));
  return { ...about, bars };
}
