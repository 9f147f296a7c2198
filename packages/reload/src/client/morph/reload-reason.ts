/** Elements that run, or decide how the rest is read: if one changes, only loading the page again applies that. */
const DECISIVE = 'script, template, frameset, base, meta[http-equiv], meta[charset], object, embed, slot';

/** Why a change cannot be made in place; `undefined` if it can. */
export function findReloadReason(before: Document, after: Document): string | undefined {
  if (before.compatMode !== after.compatMode || document.compatMode !== after.compatMode)
    return 'the doctype changed';
  const [old, now] = [before, after].map((root) => [...root.querySelectorAll(DECISIVE)]) as [
    Element[],
    Element[],
  ];
  // The content of a template is compared as text, as a part of it.
  const changed =
    now.find((element, index) => old[index]?.outerHTML !== element.outerHTML) ?? old[now.length];
  return changed && `a <${changed.localName}> changed`;
}
