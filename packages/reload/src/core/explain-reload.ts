import { classifyFile, decideUpdate, shownName, type NamedChange } from './classify-change.ts';

/**
 * Why a page reloads for these changes: the first of them that cannot be applied in place. `undefined` if all can.
 *
 * @param document the name of the file that the page was made from, if it is known.
 */
export function explainReload(changes: readonly NamedChange[], document?: string): string | undefined {
  const change = changes.find((one) => decideUpdate([one], document).action === 'reload');
  if (!change) return undefined;
  const reason = reasonFor(change);
  return changes.length === 1 ? reason : `${shownName(change)}: ${reason}`;
}

function reasonFor({ name, kind, use }: NamedChange): string {
  if (kind === 'added') return 'the file is new';
  if (kind === 'removed') return 'the file was deleted';
  if (/\.[cm]?js$/i.test(name)) return 'scripts are not replaced in place';
  const fileClass = classifyFile(name);
  if (fileClass === 'html') return use === 'part' ? 'a page has loaded it as a part' : 'pages may contain it';
  const extension = /[^/](\.[^./]+)$/.exec(name)?.[1];
  if (fileClass === 'source') return `pages may contain what is built from ${extension} files`;
  return `${extension ? `${extension} files` : 'files without an extension'} are not replaced in place`;
}
