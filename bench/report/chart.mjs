/** Draws panels of horizontal bars as an SVG image. */

const WIDTH = 880;
const GAP = 32;
const COLUMNS = 2;
const PANEL_WIDTH = (WIDTH - GAP * (COLUMNS + 1)) / COLUMNS;

const HEAD = 54;
const ROW = 40;
const BAR = 12;
const LABEL_BASELINE = 13;
const BAR_TOP = 20;
/** Room for the value beside the longest bar. */
const VALUE_WIDTH = 66;
const FOOTER = 34;

/** A bar that is this many times longer than the next one is cut, so that the others can be compared. */
const CUT_FROM = 3;

const THEMES = {
  light: {
    text: '#1f2328',
    muted: '#59636e',
    ours: '#16a34a',
    other: '#c3cad3',
    line: '#d1d9e0',
    gap: '#ffffff',
  },
  dark: {
    text: '#f0f6fc',
    muted: '#9198a1',
    ours: '#3fb950',
    other: '#484f58',
    line: '#3d444d',
    gap: '#0d1117',
  },
};

/**
 * @param {import('./panels.mjs').Panel[]} panels
 * @param {{ theme: keyof typeof THEMES, footer: string }} look
 */
export function chart(panels, { theme, footer }) {
  const colors = THEMES[theme];
  const rows = [];
  for (let at = 0; at < panels.length; at += COLUMNS) rows.push(panels.slice(at, at + COLUMNS));
  const parts = [];
  let y = 0;
  for (const row of rows) {
    row.forEach((panel, column) => {
      parts.push(drawPanel(panel, { x: GAP + column * (PANEL_WIDTH + GAP), y, colors }));
    });
    y += HEAD + ROW * Math.max(...row.map(({ bars }) => bars.length)) + GAP / 2;
  }
  const height = y + FOOTER;
  parts.push(text(footer, { x: GAP, y: height - GAP / 2, size: 11, fill: colors.muted }));
  const font = "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="${font}">`,
    `<title>${escape(panels.map(({ title, note }) => `${title}: ${note}`).join('; '))}</title>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, note, format, bars }, { x, y, colors }) {
  const scale = scaleOf(bars.map(({ value }) => value));
  const room = PANEL_WIDTH - VALUE_WIDTH;
  const parts = [
    text(title, { x, y: y + 24, size: 15, fill: colors.text, weight: 600 }),
    text(note, { x, y: y + 42, size: 12, fill: colors.muted }),
  ];
  bars.forEach(({ label, value, isOurs }, index) => {
    const top = y + HEAD + index * ROW;
    const isCut = value > scale;
    const width = Math.max(2, (Math.min(value, scale) / scale) * room);
    const fill = isOurs ? colors.ours : colors.other;
    const weight = isOurs ? 600 : 400;
    parts.push(
      text(label, {
        x,
        y: top + LABEL_BASELINE,
        size: 12,
        fill: isOurs ? colors.text : colors.muted,
        weight,
      }),
      `<rect x="${x}" y="${top + BAR_TOP}" width="${round(width)}" height="${BAR}" rx="3" fill="${fill}"/>`,
    );
    if (isCut) parts.push(cut(x + width - 30, top + BAR_TOP, colors));
    parts.push(
      text(format(value), { x: x + width + 8, y: top + BAR_TOP + 10, size: 12, fill: colors.text, weight }),
    );
  });
  return parts.join('\n');
}

/** The value of a bar that has the full length. */
function scaleOf(values) {
  const [longest, next = longest] = values.toSorted((a, b) => b - a);
  return longest > next * CUT_FROM ? next * (CUT_FROM / 2) : longest;
}

/** Two slanting gaps in a bar that is longer than it is drawn. */
function cut(x, y, { gap }) {
  const slant = (at) => `M${round(at)} ${y + BAR + 2}l6 -${BAR + 4}`;
  return `<path d="${slant(x)}${slant(x + 7)}" stroke="${gap}" stroke-width="3" fill="none"/>`;
}

function text(content, { x, y, size, fill, weight = 400 }) {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escape(content)}</text>`;
}

function round(value) {
  return Number(value.toFixed(1));
}

function escape(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
