/** How long a stylesheet may take before the page goes on without it, in ms. */
const TIMEOUT_MS = 3_000;

export function isStylesheet(node: Node): node is HTMLLinkElement {
  return node instanceof HTMLLinkElement && node.relList.contains('stylesheet') && !node.disabled;
}

/** Resolves once a stylesheet has been loaded, has failed, or takes too long. */
export function whenLoaded(link: HTMLLinkElement): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
    const settle = (loaded: boolean) => () => {
      clearTimeout(timer);
      resolve(loaded);
    };
    link.addEventListener('load', settle(true), { once: true });
    link.addEventListener('error', settle(false), { once: true });
  });
}

/** Puts a stylesheet with another address in the place of one; the old one goes when the new one has come. */
export async function replaceStylesheet(link: HTMLLinkElement, href: string): Promise<boolean> {
  const next = link.cloneNode() as HTMLLinkElement;
  next.href = href;
  const loaded = whenLoaded(next);
  link.after(next);
  const arrived = await loaded;
  // What a script has switched off by the sheet itself is not written in its link.
  if (next.sheet && link.sheet) next.sheet.disabled = link.sheet.disabled;
  if (arrived) link.remove();
  // Old styles are better than none.
  else next.remove();
  return next.isConnected;
}
