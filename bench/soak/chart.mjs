/** Draws what a soak has recorded: totals, memory and faults over time. */

const WIDTH = 1_100;
const LEFT = 64;
const RIGHT = 150;
const PLOT = WIDTH - LEFT - RIGHT;
const PANEL = 190;
const TOP = 62;
const GAP = 40;
const FOOT = 16;
const TICKS = 4;
const COLORS = ['#16a34a', '#2563eb', '#d97706', '#9333ea', '#dc2626', '#0891b2'];
const FAULT = '#f3d9d9';
const RECOVERY = '#f6efd9';

/**
 * @typedef {{ name: string, points: Array<[seconds: number, value: number]> }} Line
 *
 * @param {object} run
 * @param {string} run.title
 * @param {number} run.seconds How long the run was.
 * @param {Array<{ from: number, to: number, exactAt: number, what: string }>} run.rounds
 * @param {Array<{ title: string, lines: Line[] }>} run.panels
 * @returns {string} An SVG image.
 */
export function soakChart({ title, seconds, rounds, panels }) {
  const x = (at) => LEFT + (at / seconds) * PLOT;
  const height = TOP + panels.length * (PANEL + GAP) + FOOT;
  const bottom = height - GAP - FOOT;
  const parts = [
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(title, LEFT, 26, { size: 15, weight: 600 }),
  ];
  panels.forEach((panel, index) => {
    const top = TOP + index * (PANEL + GAP);
    parts.push(...bands(rounds, x, top), ...drawPanel(panel, { x, top }));
  });
  const step = seconds > 600 ? 300 : 60;
  for (let at = 0; at <= seconds; at += step)
    parts.push(text(`${at / 60} min`, x(at), bottom + 16, { anchor: 'middle' }));
  parts.push(text('red: fault, yellow: until all clients show the exact total', LEFT, height - 8, {}));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="'Noto Sans', Helvetica, Arial, sans-serif">`,
    `<title>${escape(title)}</title>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function bands(rounds, x, top) {
  return rounds.flatMap(({ from, to, exactAt, what }) => [
    band(x(from), x(to), top, FAULT, what),
    band(x(to), x(exactAt), top, RECOVERY, `after ${what}`),
  ]);
}

function band(from, to, top, fill, what) {
  return `<rect x="${round(from)}" y="${top}" width="${round(Math.max(0.5, to - from))}" height="${PANEL}" fill="${fill}"><title>${escape(what)}</title></rect>`;
}

function drawPanel({ title, lines }, { x, top }) {
  const highest = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const scale = niceCeiling(highest);
  const y = (value) => top + PANEL - (value / scale) * PANEL;
  const parts = [text(title, LEFT, top - 8, { size: 12, weight: 600 })];
  for (let tick = 0; tick <= TICKS; tick++) {
    const value = (scale / TICKS) * tick;
    parts.push(
      `<path d="M${LEFT} ${round(y(value))}h${PLOT}" stroke="#d1d9e0" stroke-width="1"/>`,
      text(value.toLocaleString('en-US'), LEFT - 8, y(value) + 4, { anchor: 'end' }),
    );
  }
  lines.forEach(({ name, points }, index) => {
    const color = COLORS[index % COLORS.length];
    parts.push(
      `<path d="${pathOf(points, x, y)}" fill="none" stroke="${color}" stroke-width="1.4"/>`,
      `<rect x="${LEFT + PLOT + 14}" y="${top + 6 + index * 18}" width="10" height="10" fill="${color}"/>`,
      text(name, LEFT + PLOT + 30, top + 15 + index * 18, {}),
    );
  });
  return parts;
}

/** A gap in the line where a value is missing. Points in the middle of a flat part are left out. */
function pathOf(points, x, y) {
  const drawn = points.map(([at, value]) => ({
    x: round(x(at)),
    y: typeof value === 'number' ? round(y(value)) : undefined,
  }));
  const isFlat = (index) => drawn[index].y === drawn[index - 1]?.y && drawn[index].y === drawn[index + 1]?.y;
  let isOpen = false;
  return drawn
    .filter((_, index) => !isFlat(index))
    .map((point) => {
      const command = isOpen ? 'L' : 'M';
      isOpen = point.y !== undefined;
      return isOpen ? `${command}${point.x} ${point.y}` : '';
    })
    .join('');
}

/** The next round number whose quarters are round as well. */
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) * power;
}

function text(content, x, y, { size = 11, weight = 400, anchor = 'start' }) {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="#1f2328">${escape(content)}</text>`;
}

function round(value) {
  return Number(value.toFixed(1));
}

function escape(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
