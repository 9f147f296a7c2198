import { deleteStored } from './worker-cache.ts';
import { readItem, saveScrollPosition, writeItem } from './scroll-position.ts';

const LAST_RELOAD = 'live-online-reload-guard';
const RETRY_MS = 5_000;

/** Loads the page again, once. */
export class PageReloader {
  readonly #post: boolean;
  #isReloading = false;

  /** @param post whether the page is the response to a form. */
  constructor(post: boolean) {
    this.#post = post;
  }

  /** Whether the page is being loaded again, so that no update is worth applying. */
  get isReloading(): boolean {
    return this.#isReloading;
  }

  reload(version: string): void {
    if (this.#isReloading) return;
    this.#isReloading = true;
    saveScrollPosition();
    writeItem(LAST_RELOAD, JSON.stringify([location.href, version]));
    // The user may stay (beforeunload): then the next update tries again.
    setTimeout(() => (this.#isReloading = false), RETRY_MS);
    void deleteStored().then(() => this.#load());
  }

  #load(): void {
    // The response to a form is requested by its address, or the form would be sent again. With a fragment, the browser
    // would only scroll.
    if (this.#post) location.replace(location.href.replace(/#.*/s, ''));
    else location.reload();
  }
}

/** The version at which this page was loaded again last; if it is still the same, a further reload would be a loop. */
export function lastReloadedVersion(): string | undefined {
  try {
    const [url, version] = JSON.parse(readItem(LAST_RELOAD) ?? '[]') as string[];
    return url === location.href ? version : undefined;
  } catch {
    return undefined;
  }
}
