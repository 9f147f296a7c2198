import type { UpdateReport } from '../events.ts';

/** What changed, in a few words. */
export function describeFiles(files: readonly string[]): string {
  const names = files.map(printable).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  if (names.length === 0) return 'everything';
  if (names.length <= 2) return names.join(' and ');
  return `${names[0]!} and ${names.length - 1} more`;
}

/** What pages did about it, in a few words. */
export function describePages({ pages, applied }: UpdateReport): string {
  const parts: string[] = [];
  if (pages.reload > 0) parts.push(`reloaded ${count(pages.reload)}`);
  if (pages.apply > 0) {
    const what = applied.map((part) => ({ css: 'styles', images: 'images', html: 'HTML' })[part]).join(', ');
    parts.push(`${what} swapped in ${count(pages.apply)}`);
  }
  if (parts.length > 0) return parts.join(', ');
  return pages.none > 0 ? 'nothing that an open page shows' : 'no page is open';
}

function count(pages: number): string {
  return pages === 1 ? '1 page' : `${pages} pages`;
}

/** A file's name may hold anything; a terminal is shown nothing that would steer it. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    JSON.stringify(character).slice(1, -1),
  );
}
