const SVG = 'http://www.w3.org/2000/svg';
const SPAN_MS = 60_000;
const SIZE = { width: 900, height: 310 };
const PLOT = { left: 46, right: 884, top: 52, bottom: 280 };
/** By how much lines that say the same lie beside each other. */
const APART = 4;

/**
 * The last minute: how many pages were really open as a broad band, and what was said as fine lines in it. Where all is
 * right, they never leave the band.
 *
 * @param {SVGSVGElement} svg
 * @param {string[]} names Of the servers, in the order of `says`.
 */
export function createChart(svg, names) {
  svg.setAttribute('viewBox', `0 0 ${SIZE.width} ${SIZE.height}`);
  const grid = append(svg, 'g', 'grid');
  const marks = append(svg, 'g', 'marks');
  const band = append(svg, 'path', 'band');
  const lines = [...names, 'tab'].map((name) => append(svg, 'path', `line line-${name}`));
  /** @type {{ at: number, real: number, says: (number | null)[] }[]} */
  let samples = [];
  /** @type {{ at: number, short: string }[]} */
  let events = [];
  let top = 10;

  function draw() {
    const end = samples.at(-1).at;
    const most = Math.max(
      8,
      ...samples.flatMap(({ real, says }) => [real, ...says.map((total) => total ?? 0)]),
    );
    top = niceTop(most * 1.12);
    const x = (at) => PLOT.right - ((end - at) / SPAN_MS) * (PLOT.right - PLOT.left);
    const y = (value) => PLOT.bottom - (value / top) * (PLOT.bottom - PLOT.top);
    band.setAttribute(
      'd',
      steps(samples, ({ real }) => real, x, y, 0),
    );
    lines.forEach((line, index) => {
      const offset = (index - (lines.length - 1) / 2) * APART;
      line.setAttribute(
        'd',
        steps(samples, ({ says }) => says[index] ?? null, x, y, offset),
      );
    });
    drawGrid(y);
    drawMarks(x, end);
  }

  function drawGrid(y) {
    if (grid.dataset.top === String(top)) return;
    grid.dataset.top = String(top);
    grid.replaceChildren();
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const at = y(top * share);
      append(grid, 'path').setAttribute('d', `M${PLOT.left} ${at}H${PLOT.right}`);
      label(grid, PLOT.left - 10, at + 5, 'end', String(Math.round(top * share)));
    }
    label(grid, PLOT.left, PLOT.bottom + 24, 'start', 'a minute ago');
    label(grid, PLOT.right, PLOT.bottom + 24, 'end', 'now');
  }

  function drawMarks(x, end) {
    marks.replaceChildren();
    let row = 0;
    let before = -Infinity;
    for (const { at, short } of events) {
      if (end - at > SPAN_MS) continue;
      const left = x(at);
      // Words that would stand on each other stand below each other.
      row = left - before < 100 ? (row + 1) % 3 : 0;
      before = left;
      append(marks, 'path').setAttribute('d', `M${left} ${PLOT.top - 46 + row * 16}V${PLOT.bottom}`);
      label(marks, left - 5, PLOT.top - 36 + row * 16, 'end', short);
    }
  }

  return {
    start(history) {
      samples = history.map((sample) => ({ ...sample, says: [...sample.says] }));
      events = [];
      if (samples.length > 0) draw();
    },
    add({ at, real, says }, tabTotal) {
      samples.push({ at, real, says: [...says, tabTotal ?? null] });
      samples = samples.filter((sample) => at - sample.at <= SPAN_MS);
      draw();
    },
    mark({ at, short }) {
      if (short) events.push({ at, short });
      events = events.filter((event) => at - event.at <= SPAN_MS);
    },
  };
}

/** A line in steps; it has gaps where nothing is said. */
function steps(samples, valueOf, x, y, offset) {
  let path = '';
  let isOn = false;
  for (const sample of samples) {
    const value = valueOf(sample);
    if (value === null) {
      isOn = false;
      continue;
    }
    const [left, high] = [x(sample.at).toFixed(1), (y(value) + offset).toFixed(1)];
    path += isOn ? `H${left}V${high}` : `M${left} ${high}`;
    isOn = true;
  }
  return path;
}

/** The next number whose quarters are whole. */
function niceTop(most) {
  const unit = 10 ** Math.floor(Math.log10(most));
  const steps = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((step) => step * unit);
  return Math.ceil((steps.find((step) => step >= most) ?? 10 * unit) / 4) * 4;
}

function append(parent, tag, className) {
  const element = document.createElementNS(SVG, tag);
  if (className) element.setAttribute('class', className);
  parent.append(element);
  return element;
}

function label(parent, x, y, anchor, text) {
  const element = append(parent, 'text');
  element.setAttribute('x', x);
  element.setAttribute('y', y);
  element.setAttribute('text-anchor', anchor);
  element.textContent = text;
}
