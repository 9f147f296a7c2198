import { morphDocument } from './morph/morph-document.ts';

/** Brings a page to its newest HTML. */
export interface HtmlUpdater {
  /**
   * @param text what it is, where that is known.
   * @returns whether it was done; otherwise the page has to be loaded again.
   */
  apply(text: string | undefined): Promise<boolean>;
}

/** @param served where the HTML can be had that the page was given. */
export function createHtmlUpdater(served: string): HtmlUpdater {
  // Scripts may change the address later, and a <base> what others are resolved by.
  const address = location.href;
  const servedAt = new URL(served, address).href;
  let base: string | undefined;
  return {
    async apply(text) {
      // What is missing may still be on its way.
      if (document.readyState === 'loading') return false;
      // Read in another encoding, the same bytes are another text.
      const known = document.characterSet === 'UTF-8' ? text : undefined;
      const [before, after] = await Promise.all([base ?? load(servedAt), known ?? load(address)]);
      if (before === undefined || after === undefined) return false;
      const outcome = await morphDocument(before, after);
      if (outcome.done) base = after;
      return outcome.done;
    },
  };
}

/** The text of a document, read as the browser has read the page. */
async function load(url: string): Promise<string | undefined> {
  try {
    const headers = { Accept: 'text/html', 'X-Live-Online': 'morph' };
    const response = await fetch(url, { headers, cache: 'no-store', credentials: 'same-origin' });
    if (!response.ok || response.redirected) return undefined;
    return new TextDecoder(document.characterSet).decode(await response.arrayBuffer());
  } catch {
    return undefined;
  }
}
