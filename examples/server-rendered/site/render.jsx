import { renderToString } from 'react-dom/server';
import { Boarding } from './boarding.jsx';

/**
 * The page as HTML.
 *
 * @param {string} template What Vite has made of index.html.
 * @param {number} total The number at this moment.
 */
export function render(template, total) {
  // A server render opens no connection: any address will do.
  const html = renderToString(<Boarding server="http://localhost/live-online/" initialTotal={total} />);
  return template.replace(
    '<div id="app"><!-- app --></div>',
    () => `<div id="app" data-total="${total}">${html}</div>`,
  );
}
