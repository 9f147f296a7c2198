import type { Part } from './part.ts';

const INTERVAL_MS = 100;
/** Positions are whole device pixels. */
const TOLERANCE = 2;

/** By the share of what can be scrolled, because pages have other heights on other screens. */
export const syncScroll: Part = (send) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let applied: { x: number; y: number } | undefined;

  function publish(): void {
    timer = undefined;
    // The position of a message would come back.
    if (applied && Math.abs(applied.x - scrollX) <= TOLERANCE && Math.abs(applied.y - scrollY) <= TOLERANCE)
      return;
    applied = undefined;
    const { width, height } = range();
    send({ x: share(scrollX, width), y: share(scrollY, height) });
  }

  addEventListener('scroll', () => (timer ??= setTimeout(publish, INTERVAL_MS)), { passive: true });
  return ({ x = 0, y = 0 }) => {
    clearTimeout(timer);
    timer = undefined;
    const { width, height } = range();
    scrollTo({ left: x * width, top: y * height, behavior: 'instant' });
    applied = { x: scrollX, y: scrollY };
  };
};

function range(): { width: number; height: number } {
  const { scrollWidth, scrollHeight } = document.documentElement;
  return { width: scrollWidth - innerWidth, height: scrollHeight - innerHeight };
}

function share(position: number, length: number): number {
  return length <= 0 ? 0 : Math.min(1, Math.max(0, position / length));
}
