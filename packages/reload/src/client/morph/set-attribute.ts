import { isStylesheet, replaceStylesheet } from './stylesheets.ts';

/** Applies the change of one attribute in the HTML to the page's element, and keeps what scripts have added to it. */
export function setAttribute(live: Element, record: MutationRecord, loading: Promise<unknown>[]): void {
  const name = record.attributeName!;
  const old = record.oldValue;
  const now = (record.target as Element).getAttribute(name);
  if (name === 'class') return mergeTokens(live, old, now);
  if (name === 'style' && live instanceof HTMLElement) return mergeStyle(live, old, now);
  if (name === 'href' && isStylesheet(live) && now !== null) {
    loading.push(replaceStylesheet(live, now));
    return;
  }
  if (now === null) live.removeAttribute(name);
  else if (record.attributeNamespace) live.setAttributeNS(record.attributeNamespace, name, now);
  else live.setAttribute(name, now);
}

function mergeTokens(live: Element, old: string | null, now: string | null): void {
  const tokens = (text: string | null): string[] => (text ?? '').split(/\s+/).filter(Boolean);
  const [before, after] = [tokens(old), tokens(now)];
  live.classList.remove(...before.filter((token) => !after.includes(token)));
  live.classList.add(...after.filter((token) => !before.includes(token)));
  if (live.classList.length === 0 && now === null) live.removeAttribute('class');
}

function mergeStyle(live: HTMLElement, old: string | null, now: string | null): void {
  const declared = (text: string | null): CSSStyleDeclaration => {
    const { style } = document.createElement('i');
    style.cssText = text ?? '';
    return style;
  };
  const [before, after] = [declared(old), declared(now)];
  for (const property of before)
    if (after.getPropertyValue(property) === '') live.style.removeProperty(property);
  for (const property of after) {
    live.style.setProperty(property, after.getPropertyValue(property), after.getPropertyPriority(property));
  }
}
