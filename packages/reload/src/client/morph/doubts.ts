/** What runs, or decides how everything else is read: where it changes, only loading the page again does what it says. */
const DECISIVE = 'script, template, frameset, base, meta[http-equiv], meta[charset], object, embed, slot';

/** Why a change cannot be made in place, if so. */
export function findDoubt(before: Document, after: Document): string | undefined {
  if (before.compatMode !== after.compatMode || document.compatMode !== after.compatMode)
    return 'the doctype changed';
  const [old, now] = [before, after].map((root) => [...root.querySelectorAll(DECISIVE)]) as [
    Element[],
    Element[],
  ];
  // What a template holds counts, too, and is compared as text only.
  const changed =
    now.find((element, index) => old[index]?.outerHTML !== element.outerHTML) ?? old[now.length];
  return changed && `a <${changed.localName}> changed`;
}
