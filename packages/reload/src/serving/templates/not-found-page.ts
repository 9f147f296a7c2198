import { renderPage } from './render-page.ts';

/** The page for a path without a file. The client in it opens the file as soon as it exists. */
export function renderNotFoundPage(path: string): string {
  return renderPage({
    label: '404 Not Found',
    heading: 'There is no such file yet',
    subject: path,
    lines: ['Save a file with this path, and this page opens it by itself.'],
  });
}

/** The page for a path whose symlink leads out of the served folder. The terminal names the target, which is private. */
export function renderOutsidePage(path: string): string {
  return renderPage({
    label: '404 Not Found',
    heading: 'This file is outside of the served folder',
    subject: path,
    lines: ['A symlink leads to it. The terminal shows the option --allow with which it is served.'],
  });
}

/** The page for a URL for which there can be no file. */
export function renderRejectedPage(problem: string): string {
  return renderPage({
    label: '404 Not Found',
    heading: 'This URL cannot be served',
    lines: [`Reason: ${problem}.`],
  });
}
