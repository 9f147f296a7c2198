import { renderPage } from './render-page.ts';

/** Tells that there is no file for a path. */
export function renderNotFoundPage(path: string): string {
  return renderPage({
    title: 'Not found',
    heading: `There is no ${path}`,
    lines: ['Save a file of that name, and this page opens it.'],
  });
}

/** Tells that there will never be a file for an address. */
export function renderRejectedPage(problem: string): string {
  return renderPage({
    title: 'Not found',
    heading: 'There is nothing here',
    lines: [`This address cannot be a file's: ${problem}.`],
  });
}
