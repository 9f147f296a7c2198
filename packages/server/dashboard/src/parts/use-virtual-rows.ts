import {
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
  type VirtualItem,
} from '@tanstack/virtual-core';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface VirtualRows {
  items: VirtualItem[];
  totalHeight: number;
  /** Goes before the first row, so that its distance to the top of the page is known. */
  listRef: { current: HTMLDivElement | null };
  scrollTo: (index: number) => void;
}

/** Which rows of a long list are near the visible part of the page. All rows have the same height. */
export function useVirtualRows(count: number, rowHeight: number): VirtualRows {
  const listRef = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer<number, void>((times) => times + 1, 0);
  const [margin, setMargin] = useState(0);
  const [virtualizer] = useState(() => new Virtualizer<Window, Element>(optionsFor(count, rowHeight, 0)));
  virtualizer.setOptions({
    ...optionsFor(count, rowHeight, margin),
    onChange: () => redraw(),
  });
  useEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  useLayoutEffect(() => watchTop(listRef.current!, setMargin), []);
  return {
    items: virtualizer.getVirtualItems().map((item) => ({ ...item, start: item.start - margin })),
    totalHeight: count * rowHeight,
    listRef,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}

/** The list moves when what stands above it changes its height, and the page with it. To read it in each frame would cost a layout. */
function watchTop(list: HTMLElement, onChange: (top: number) => void): () => void {
  const read = (): void => onChange(Math.round(list.getBoundingClientRect().top + scrollY));
  const observer = new ResizeObserver(read);
  observer.observe(document.body);
  read();
  return () => observer.disconnect();
}

function optionsFor(count: number, rowHeight: number, scrollMargin: number) {
  return {
    count,
    scrollMargin,
    overscan: 12,
    estimateSize: () => rowHeight,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialOffset: () => scrollY,
    initialRect: { width: innerWidth, height: innerHeight },
  };
}
