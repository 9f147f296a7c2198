/**
 * Colours, where the stream shows them: a TTY that is not told otherwise (NO_COLOR, TERM=dumb).
 *
 * @param {import('node:stream').Writable & { hasColors?: () => boolean }} out
 */
export function createPaint(out) {
  const colored = out.hasColors?.() === true;
  const style = (open, close) => (text) => (colored ? `\x1b[${open}m${text}\x1b[${close}m` : text);
  return { bold: style(1, 22), dim: style(2, 22), lit: style(33, 39) };
}
