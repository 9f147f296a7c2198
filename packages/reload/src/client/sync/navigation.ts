import type { Part } from './part.ts';
import { putsSecretInUrl } from './secret-fields.ts';

const LAST_PAGE = 'live-online-sync-page';
const FOLLOWED = 'live-online-sync-followed';
const FOLLOWED_MS = 10_000;

/**
 * Sends the page that this tab has come to, unless it has followed another device (redirects would send both round in circles), or
 * the URL of the page may contain a secret of a form.
 */
export const syncNavigation: Part = (send) => {
  const page = location.pathname + location.search;
  const hasFollowed = Date.now() - Number(read(FOLLOWED) ?? 0) < FOLLOWED_MS;
  const last = read(LAST_PAGE);
  write(FOLLOWED, '0');
  write(LAST_PAGE, page);
  // A new tab moves no other device.
  if (last !== null && last !== page && !hasFollowed) send({});
  addEventListener('submit', ({ target, defaultPrevented }) => {
    if (target instanceof HTMLFormElement && !defaultPrevented && putsSecretInUrl(target))
      write(FOLLOWED, String(Date.now()));
  });
  return (message) => {
    if (message.page === location.pathname + location.search) return;
    write(FOLLOWED, String(Date.now()));
    location.assign(message.page);
  };
};

/** Storage may be forbidden or full: then this tab does not follow others. */
function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // As if nothing was stored.
  }
}
