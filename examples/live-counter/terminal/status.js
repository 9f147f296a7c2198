import { createPaint } from './paint.js';
import { statusLine } from './status-line.js';

/** On a terminal one line is written over, elsewhere lines add up: there they come less often. */
const TERMINAL_PACE_MS = 250;
const LOG_PACE_MS = 1_000;

const ERASE_LINE = '\r\x1b[2K';

/**
 * Keeps the totals of all sites in view, as the pages show them: what was announced, which waits where somebody
 * only walks from one page to the next.
 *
 * @param {import('@live-online/server').CounterServer} counter
 * @param {import('node:stream').Writable & { isTTY?: boolean, columns?: number }} out
 * @returns {{ say: (text: string) => void, stop: () => void }} `say` writes a line above; `stop` ends it and leaves the
 * cursor on a fresh line.
 */
export function showStatus(counter, out) {
  const paceMs = out.isTTY ? TERMINAL_PACE_MS : LOG_PACE_MS;
  const paint = createPaint(out);
  const sites = new Map();
  let shown;
  let due;

  const show = () => {
    due = undefined;
    // The last column stays free: some terminals wrap as soon as it is filled.
    const width = out.isTTY ? (out.columns || 80) - 1 : Infinity;
    const line = statusLine(sites, width, paint);
    if (line === shown) return;
    shown = line;
    out.write(out.isTTY ? ERASE_LINE + line : `${line}\n`);
  };
  const showSoon = () => {
    due ??= setTimeout(show, paceMs);
  };
  const repaint = () => {
    shown = undefined;
    showSoon();
  };

  const undo = [
    counter.on('total', ({ site, total }) => {
      if (total > 0) sites.set(site, total);
      else sites.delete(site);
      showSoon();
    }),
    counter.on('vacated', ({ site }) => {
      sites.delete(site);
      showSoon();
    }),
  ];
  const stop = () => {
    clearTimeout(due);
    for (const off of undo) off();
    out.off('resize', repaint);
  };
  out.on('resize', repaint);
  // Where nobody reads any more (`npm start | head -5`), the counter goes on without a word.
  out.on('error', stop);
  if (out.isTTY) show();

  return {
    say(text) {
      out.write(out.isTTY ? `${ERASE_LINE}${text}\n${shown ?? ''}` : `${text}\n`);
    },
    stop() {
      stop();
      if (out.isTTY) out.write('\n');
    },
  };
}
