import escapeHtml from 'escape-html';
import { renderPage } from './render-page.ts';

/** Shows what is in a folder, folders first. */
export function renderListing(
  segments: readonly string[],
  entries: readonly { name: string; folder: boolean }[],
): string {
  const sorted = [...entries].sort(
    (a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
  const up = segments.length > 0 ? [{ name: '..', href: '../' }] : [];
  const rows = [
    ...up,
    ...sorted.map(({ name, folder }) => ({
      name: folder ? `${name}/` : name,
      // Begins with a dot, so that a colon in a name is no scheme.
      href: `./${encodeURIComponent(name)}${folder ? '/' : ''}`,
    })),
  ];
  const items = rows.map(
    ({ name, href }) => `<li><a href="${escapeHtml(href)}">${escapeHtml(name)}</a></li>`,
  );
  return renderPage({
    title: `/${segments.join('/')}`,
    heading: `/${segments.join('/')}`,
    lines: entries.length === 0 ? ['This folder is empty.'] : [],
    content: `<ul>${items.join('')}</ul>`,
  });
}
