import { prepareBase, type MorphBase } from './morph/morph-base.ts';
import { morphDocument } from './morph/morph-document.ts';

/** When a browser is taken to be idle after an update, in ms. */
const IDLE_MS = 100;

/** Updates the page to its newest HTML in place. */
export class HtmlUpdater {
  // Scripts may change the address later, and a <base> changes how others are resolved.
  readonly #address = location.href;
  readonly #servedAt: string;
  /** The HTML that the page was last updated to; prepared, once the browser has had time for that. */
  #base: string | MorphBase | undefined;

  /** @param served the address of the HTML with which the page was served. */
  constructor(served: string) {
    this.#servedAt = new URL(served, this.#address).href;
  }

  /**
   * @param text the new HTML, if it is known.
   * @returns whether that updates the page; otherwise it has to be loaded again.
   */
  async apply(text: string | undefined): Promise<boolean> {
    // What is missing may not have been read yet.
    if (document.readyState === 'loading') return false;
    // In another encoding, the same bytes are another text.
    const known = document.characterSet === 'UTF-8' ? text : undefined;
    const [before, after] = await Promise.all([
      this.#base ?? load(this.#servedAt),
      known ?? load(this.#address),
    ]);
    if (before === undefined || after === undefined) return false;
    const { done } = await morphDocument(before, after);
    if (done) {
      this.#base = after;
      whenIdle(() => this.#prepare(after));
    }
    return done;
  }

  #prepare(html: string): void {
    // There may have been another update since.
    if (this.#base === html) this.#base = prepareBase(html);
  }
}

/** Safari has no idle callbacks. */
function whenIdle(task: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(task);
  else setTimeout(task, IDLE_MS);
}

/** The text of a document, decoded as the browser has decoded the page. */
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
