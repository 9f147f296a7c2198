import { renderPage } from './render-page.ts';

/** Tells that there is no file for a path. */
export function renderMissingPage(path: string): string {
  return renderPage({
    title: 'Not found',
    heading: `There is no ${path === '/' ? 'index.html' : path}`,
    lines: ['Save a file of that name, and this page opens it.'],
  });
}
