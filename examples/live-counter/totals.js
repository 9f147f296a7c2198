import { styleText } from 'node:util';

/** A terminal has one line that is overwritten. Elsewhere each change is a new line, so they come less often. */
const TERMINAL_INTERVAL_MS = 250;
const LOG_INTERVAL_MS = 1_000;
const ERASE_LINE = '\r\x1b[2K';

/**
 * Prints the totals of all sites, such as `● localhost 2   127.0.0.1 1`, after each update.
 *
 * @param {import('@live-online/server').CounterServer} counter
 * @param {import('node:tty').WriteStream} out
 * @param {ReadonlySet<string>} [hidden] Sites that are left out.
 * @returns {{ print: (text: string) => void, stop: () => void }} `print` writes lines above the totals.
 */
export function showTotals(counter, out, hidden = new Set()) {
  const style = (format, text) => (out.hasColors?.() ? styleText(format, text) : text);
  const totals = new Map();
  let shown = '';
  let timer;

  const lineOf = (width) => {
    const sites = [...totals].map(([site, total]) => `${printable(site)} ${total}`).join('   ');
    const text = sites === '' ? 'no visitors' : sites;
    const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text;
    return sites === '' ? style('dim', `○ ${cut}`) : `${style('yellow', '●')} ${cut}`;
  };
  const show = () => {
    timer = undefined;
    // The last column stays empty, because some terminals wrap a line that fills it. The dot takes two.
    const line = lineOf(out.isTTY ? Math.max(1, (out.columns || 80) - 3) : Infinity);
    if (line === shown) return;
    shown = line;
    out.write(out.isTTY ? ERASE_LINE + line : `${line}\n`);
  };
  const showSoon = () => {
    timer ??= setTimeout(show, out.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS);
  };
  const set = (site, total) => {
    if (hidden.has(site)) return;
    if (total > 0) totals.set(site, total);
    else totals.delete(site);
    showSoon();
  };
  counter.on('total', ({ site, total }) => set(site, total));
  counter.on('vacated', ({ site }) => set(site, 0));
  out.on('resize', showSoon);
  if (out.isTTY) showSoon();
  // The reader of a pipe may end (`npm start | head -5`); the counter goes on.
  out.on('error', () => {});

  return {
    print: (text) => void out.write(out.isTTY ? `${ERASE_LINE}${text}\n${shown}` : `${text}\n`),
    stop() {
      clearTimeout(timer);
      if (out.isTTY) out.write('\n');
    },
  };
}

/** A hostname comes from a browser: characters beyond ASCII are escaped, so that none can control the terminal. */
function printable(text) {
  return text.replace(/[^\x21-\x7e]/gu, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
}
