import { vi } from 'vitest';

/** A page without a browser: `dispatchEvent` simulates the browser's events. */
export interface FakePage extends EventTarget {
  readonly document: EventTarget & { prerendering: boolean };
}

/** Makes this process a page until `vi.unstubAllGlobals()`. */
export function createPage({ prerendering = false } = {}): FakePage {
  const document = Object.assign(new EventTarget(), { prerendering });
  const page = Object.assign(new EventTarget(), { document });
  vi.stubGlobal('document', document);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  return page;
}

/** The events that a browser dispatches when a page enters or leaves the back/forward cache. */
export function transition(type: 'pagehide' | 'pageshow', persisted: boolean): Event {
  return Object.assign(new Event(type), { persisted });
}
