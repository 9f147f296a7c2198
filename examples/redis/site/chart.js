const SVG = 'http://www.w3.org/2000/svg';
const SPAN_MS = 60_000;
const HEIGHT = 300;
const MARGIN = { left: 36, right: 8, top: 52, bottom: 28 };
/** The width of the band, and how far the lines of equal totals are from each other, so that each can be seen. */
const [BAND_WIDTH, LINE_WIDTH, LINE_GAP] = [24, 2.2, 4];

/**
 * The last minute: how many pages are open as a broad band, and each total as a line in it. Right totals stay in the band.
 *
 * @param {SVGSVGElement} svg
 * @param {string[]} names Of the lines, in the order of `totals`. Each is the name of a colour, too.
 */
export function createChart(svg, names) {
  /** @type {{ at: number, open: number, totals: (number | null)[] }[]} */
  let samples = [];
  /** @type {{ at: number, label: string }[]} */
  let events = [];

  function draw(now) {
    const width = svg.clientWidth;
    const top = axisMaximum(Math.max(...samples.flatMap(({ open, totals }) => [open, ...totals])));
    const right = width - MARGIN.right;
    const bottom = HEIGHT - MARGIN.bottom;
    const x = (at) => right - ((now - at) / SPAN_MS) * (right - MARGIN.left);
    const y = (value) => bottom - (value / top) * (bottom - MARGIN.top);
    const line = (name, strokeWidth, offset, valueOf) => {
      const d = steps(samples, valueOf, x, (value) => y(value) + offset);
      return element('path', { style: `--line: var(--${name})`, 'stroke-width': strokeWidth, d });
    };
    const label = (text, left, base, anchor = 'end') =>
      element('text', { x: left, y: base, 'text-anchor': anchor }, text);

    svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    svg.replaceChildren(
      ...[0, top / 4, top / 2, (top * 3) / 4, top].flatMap((value) => [
        element('path', { d: `M${MARGIN.left} ${y(value)}H${right}` }),
        label(value, MARGIN.left - 8, y(value) + 4),
      ]),
      label('a minute ago', MARGIN.left, HEIGHT - 8, 'start'),
      label('now', right, HEIGHT - 8),
      line('open', BAND_WIDTH, 0, ({ open }) => open),
      ...names.map((name, index) => {
        const offset = (index - (names.length - 1) / 2) * LINE_GAP;
        return line(name, LINE_WIDTH, offset, ({ totals }) => totals[index] ?? null);
      }),
      // The labels stand in three rows, because events may follow each other closely.
      ...events.flatMap(({ at, label: text }, index) => {
        const row = 12 + (index % 3) * 15;
        return [
          element('path', { class: 'mark', d: `M${x(at)} ${row - 10}V${bottom}` }),
          label(text, x(at) - 4, row),
        ];
      }),
    );
  }

  return {
    start(history) {
      samples = history;
      events = [];
    },
    add(sample) {
      const isRecent = ({ at }) => sample.at - at <= SPAN_MS;
      samples = [...samples, sample].filter(isRecent);
      events = events.filter(isRecent);
      draw(sample.at);
    },
    mark(event) {
      if (event.label) events.push(event);
    },
  };
}

/** A line in steps, with a gap where the value is null. */
function steps(samples, valueOf, x, y) {
  let path = '';
  let isDrawing = false;
  for (const sample of samples) {
    const value = valueOf(sample);
    const [left, height] = [x(sample.at).toFixed(1), y(value).toFixed(1)];
    if (value !== null) path += isDrawing ? `H${left}V${height}` : `M${left} ${height}`;
    isDrawing = value !== null;
  }
  return path;
}

/** A round number above `maximum` whose quarters are integers. */
function axisMaximum(maximum) {
  const target = Math.max(8, maximum * 1.12);
  const unit = 10 ** Math.floor(Math.log10(target));
  const factor = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8].find((step) => step * unit >= target) ?? 10;
  return Math.ceil((factor * unit) / 4) * 4;
}

function element(name, attributes, text = '') {
  const created = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  created.textContent = text;
  return created;
}
