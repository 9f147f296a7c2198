/** How long a page may take to become as tall as it was, in ms. */
const TIMEOUT_MS = 3_000;

/** Saves the scroll position for the reload that follows. */
export function saveScrollPosition(): void {
  writeItem(keyOf(), JSON.stringify({ x: scrollX, y: scrollY }));
}

/** Scrolls to the saved position as soon as the page is tall enough, unless the user scrolls before. */
export function restoreScrollPosition(): void {
  const saved = readItem(keyOf());
  if (saved === null) return;
  withStorage((storage) => storage.removeItem(keyOf()));
  const { x, y } = JSON.parse(saved) as { x: number; y: number };
  if (x === 0 && y === 0) return;
  const endMs = performance.now() + TIMEOUT_MS;
  let isStopped = false;
  for (const event of ['wheel', 'touchstart', 'keydown', 'pointerdown'])
    addEventListener(event, () => (isStopped = true), { once: true, passive: true });
  const attempt = (): void => {
    if (isStopped) return;
    if (Math.abs(scrollY - y) > 1 || Math.abs(scrollX - x) > 1)
      scrollTo({ left: x, top: y, behavior: 'instant' });
    const isDone = Math.abs(scrollY - y) <= 1 && document.readyState === 'complete';
    if (!isDone && performance.now() < endMs) requestAnimationFrame(attempt);
  };
  attempt();
}

/** A page and its frames share a tab's storage and are loaded again together: each has its own key. */
function keyOf(): string {
  return `live-online-reload-scroll ${location.href}`;
}

export function readItem(key: string): string | null {
  return withStorage((storage) => storage.getItem(key)) ?? null;
}

export function writeItem(key: string, value: string): void {
  withStorage((storage) => storage.setItem(key, value));
}

/** Storage may be forbidden or full: then nothing is stored. */
function withStorage<Result>(use: (storage: Storage) => Result): Result | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}
