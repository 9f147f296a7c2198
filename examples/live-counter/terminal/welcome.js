import { createPaint } from './paint.js';

/**
 * Says once where everything is.
 *
 * @param {import('node:stream').Writable} out
 * @param {{ counterUrl: string, siteUrls: string[] }} where
 */
export function announce(out, { counterUrl, siteUrls }) {
  const { bold, dim } = createPaint(out);
  const [first, second] = siteUrls;
  out.write(
    [
      '',
      `  ${bold('Live Online')}`,
      '',
      `  site      ${bold(first)}`,
      `  another   ${bold(second)}   ${dim('the same pages, counted apart')}`,
      `  counter   ${bold(counterUrl)}`,
      '',
      `  ${dim('Open a page in two tabs and watch its lower right corner. Then change a file in')}`,
      `  ${bold('examples/live-counter/site')} ${dim('and save it: the page follows. Ctrl-C ends it.')}`,
      '',
      '',
    ].join('\n'),
  );
}
