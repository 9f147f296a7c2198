import { printable } from './printable.js';

/**
 * `● localhost 3   127.0.0.1 1`, cut at a width.
 *
 * @param {Map<string, number>} sites
 * @param {number} width In columns.
 * @param {{ bold: (text: string) => string, dim: (text: string) => string, lit: (text: string) => string }} paint
 */
export function statusLine(sites, width, paint) {
  if (sites.size === 0) return paint.dim(cut('○ nobody here yet', width));
  let line = paint.lit('●');
  let left = width - 1;
  let lead = ' ';
  for (const [site, total] of sites) {
    const text = `${lead}${printable(site)} `;
    const needed = text.length + String(total).length;
    if (needed > left) return line + cut(`${text}${total}`, left);
    line += text + paint.bold(total);
    left -= needed;
    lead = '   ';
  }
  return line;
}

function cut(text, width) {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}
