import type { Page } from '../../src/client/page.ts';

/** A page without a browser: `dispatchEvent` simulates the browser's events. */
export interface FakePage extends Page, EventTarget {
  readonly document: EventTarget & { prerendering: boolean };
}

export function createPage({ prerendering = false } = {}): FakePage {
  const document = Object.assign(new EventTarget(), { prerendering });
  return Object.assign(new EventTarget(), { document });
}

/** The events that a browser dispatches when a page enters or leaves the back/forward cache. */
export function transition(type: 'pagehide' | 'pageshow', persisted: boolean): Event {
  return Object.assign(new Event(type), { persisted });
}
