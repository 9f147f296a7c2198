import { keepScroll, read, write } from './scroll.ts';

const GUARD = 'live-online-reload-guard';

/** Loads the page again, once. */
export interface PageReloader {
  /** Whether it is being loaded again: nothing else is worth doing then. */
  readonly going: boolean;
  reload(have: string): void;
}

export function createPageReloader(post: boolean): PageReloader {
  let going = false;
  return {
    get going() {
      return going;
    },
    reload(have) {
      if (going) return;
      going = true;
      keepScroll();
      write(GUARD, JSON.stringify([location.href, have]));
      // Somebody may prefer to stay (beforeunload): the next update asks again.
      setTimeout(() => (going = false), 5_000);
      // A page that came by a form is asked for by its address, or the form would be sent again.
      // With its place in the page it would only be scrolled there.
      if (post) location.replace(location.href.replace(/#.*/s, ''));
      else location.reload();
    },
  };
}

/** The version for which this page has been loaded again, if that gave it the same one: a loop ends there. */
export function guardedVersion(): string | undefined {
  try {
    const [url, version] = JSON.parse(read(GUARD) ?? '[]') as string[];
    return url === location.href ? version : undefined;
  } catch {
    return undefined;
  }
}
