/** How long a stylesheet or an image may load before the page continues without it, in ms. */
export const LOAD_TIMEOUT_MS = 3_000;

export function isStylesheet(node: Node): node is HTMLLinkElement {
  return node instanceof HTMLLinkElement && node.relList.contains('stylesheet') && !node.disabled;
}

/** Resolves with whether a stylesheet was loaded, once it was, has failed, or takes too long. */
export function whenLoaded(element: HTMLElement): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), LOAD_TIMEOUT_MS);
    element.addEventListener('load', () => resolve(true), { once: true });
    element.addEventListener('error', () => resolve(false), { once: true });
  });
}

/** Replaces a stylesheet by one with another address; the old one is removed when the new one has loaded. */
export async function replaceStylesheet(link: HTMLLinkElement, href: string): Promise<boolean> {
  const next = link.cloneNode() as HTMLLinkElement;
  next.href = href;
  const loaded = whenLoaded(next);
  link.after(next);
  const hasLoaded = await loaded;
  // The link does not show that a script has disabled its sheet.
  if (next.sheet && link.sheet) next.sheet.disabled = link.sheet.disabled;
  // Old styles are better than none.
  (hasLoaded ? link : next).remove();
  return next.isConnected;
}
