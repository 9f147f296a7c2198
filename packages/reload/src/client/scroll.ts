/** How long a page may take to become as tall as it was, in ms. */
const TIMEOUT_MS = 3_000;

/** Remembers where the page is scrolled to, over the reload that follows. */
export function keepScroll(): void {
  write(keyOf(), JSON.stringify({ x: scrollX, y: scrollY }));
}

/** Scrolls to where the page was, as soon as it is tall enough, unless somebody scrolls before. */
export function restoreScroll(): void {
  const kept = read(keyOf());
  if (kept === null) return;
  remove(keyOf());
  const { x, y } = JSON.parse(kept) as { x: number; y: number };
  if (x === 0 && y === 0) return;
  const until = performance.now() + TIMEOUT_MS;
  let moved = false;
  const stop = (): void => void (moved = true);
  for (const event of ['wheel', 'touchstart', 'keydown', 'pointerdown']) {
    addEventListener(event, stop, { once: true, passive: true });
  }
  const attempt = (): void => {
    if (moved) return;
    if (Math.abs(scrollY - y) > 1 || Math.abs(scrollX - x) > 1)
      scrollTo({ left: x, top: y, behavior: 'instant' });
    const there = Math.abs(scrollY - y) <= 1 && document.readyState === 'complete';
    if (!there && performance.now() < until) requestAnimationFrame(attempt);
  };
  attempt();
}

/** A page and its frames share what is kept in a tab, and are loaded again together: each has a place of its own. */
function keyOf(): string {
  return `live-online-reload-scroll ${location.href}`;
}

/** Storage may be forbidden: then there is none. */
export function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // A page without storage is loaded again all the same.
  }
}

function remove(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // As above.
  }
}
