import type { Part } from './part.ts';
import { findTarget, selectorOf } from './target.ts';

const INTERVAL_MS = 100;
/** Positions are whole device pixels. */
const TOLERANCE = 2;

interface Position {
  x: number;
  y: number;
}

/** By the share of what can be scrolled, because pages have other heights on other screens. */
export const syncScroll: Part = (send) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const moved = new Set<Element>();
  /** The positions that messages have set: they must not come back. */
  const applied = new WeakMap<Element, Position>();

  function publish(): void {
    timer = undefined;
    for (const element of moved) {
      if (isNear(positionOf(element), applied.get(element))) continue;
      applied.delete(element);
      const { x, y } = positionOf(element);
      const range = rangeOf(element);
      const target = element === root() ? {} : { target: selectorOf(element) };
      send({ ...target, x: share(x, range.x), y: share(y, range.y) });
    }
    moved.clear();
  }

  addEventListener(
    'scroll',
    ({ target }) => {
      moved.add(target instanceof Element ? target : root());
      timer ??= setTimeout(publish, INTERVAL_MS);
    },
    // Elements do not pass it on to the window.
    { capture: true, passive: true },
  );
  return ({ target, x = 0, y = 0 }) => {
    const element = target === undefined ? root() : findTarget(target);
    if (!element) return;
    moved.delete(element);
    const range = rangeOf(element);
    element.scrollTo({ left: x * range.x, top: y * range.y, behavior: 'instant' });
    applied.set(element, positionOf(element));
  };
};

/** What scrolls the page. */
function root(): Element {
  return document.scrollingElement ?? document.documentElement;
}

function positionOf({ scrollLeft, scrollTop }: Element): Position {
  return { x: scrollLeft, y: scrollTop };
}

function rangeOf({ scrollWidth, scrollHeight, clientWidth, clientHeight }: Element): Position {
  return { x: scrollWidth - clientWidth, y: scrollHeight - clientHeight };
}

function isNear(position: Position, other: Position | undefined): boolean {
  if (!other) return false;
  return Math.abs(position.x - other.x) <= TOLERANCE && Math.abs(position.y - other.y) <= TOLERANCE;
}

function share(position: number, length: number): number {
  return length <= 0 ? 0 : Math.min(1, Math.max(0, position / length));
}
