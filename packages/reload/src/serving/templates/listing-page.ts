import escapeHtml from 'escape-html';
import { renderPage } from './render-page.ts';

const FOLDER =
  'M1.5 4A1.5 1.5 0 0 1 3 2.5h3L8 4.5h5A1.5 1.5 0 0 1 14.5 6v6a1.5 1.5 0 0 1-1.5 1.5H3A1.5 1.5 0 0 1 1.5 12Z';
const FILE = 'M3.5 2.5a1 1 0 0 1 1-1h5l3 3v9a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1ZM9.5 1.5v3h3';
const UP = 'M8 13V3M4 7l4-4 4 4';

/** Lists the files of a folder, subfolders first. */
export function renderListingPage(
  segments: readonly string[],
  entries: readonly { name: string; folder: boolean }[],
): string {
  const sorted = [...entries].sort(
    (a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
  const rows = sorted.map(({ name, folder }) =>
    folder ? row('folder', FOLDER, `${name}/`, hrefOf(name, '/')) : row('file', FILE, name, hrefOf(name)),
  );
  const up = segments.length > 0 ? [row('up', UP, 'Parent folder', '../')] : [];
  return renderPage({
    label: 'Directory listing',
    heading: `/${segments.join('/')}`,
    lines: entries.length === 0 ? ['This folder is empty.'] : [],
    content: `<h1>${breadcrumbs(segments)}</h1><ul>${[...up, ...rows].join('')}</ul>`,
  });
}

/** The path of the folder. Each folder above it is a link. */
function breadcrumbs(segments: readonly string[]): string {
  const links = segments.map((name, index) => {
    const above = '../'.repeat(segments.length - 1 - index);
    return above === '' ? escapeHtml(name) : `<a href="${above}">${escapeHtml(name)}</a>`;
  });
  const root = segments.length === 0 ? '/' : `<a href="${'../'.repeat(segments.length)}"><i>/</i></a>`;
  return root + links.join('<i>/</i>');
}

function row(kind: 'folder' | 'file' | 'up', path: string, name: string, href: string): string {
  return `<li class="${kind}"><a href="${escapeHtml(href)}"><svg viewBox="0 0 16 16"><path d="${path}"/></svg>${escapeHtml(name)}</a></li>`;
}

/** The dot prevents that a colon in a name makes a scheme. */
function hrefOf(name: string, end = ''): string {
  return `./${encodeURIComponent(name)}${end}`;
}
