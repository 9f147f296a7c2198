import type { Page } from '../../src/client/page.ts';

/** A page without a browser: tell it what happens by `dispatchEvent`. */
export interface FakePage extends Page, EventTarget {
  readonly document: EventTarget & { prerendering: boolean };
}

export function createPage({ prerendering = false } = {}): FakePage {
  const document = Object.assign(new EventTarget(), { prerendering });
  return Object.assign(new EventTarget(), { document });
}

/** The events by which a browser puts a page into its back/forward cache and takes it out. */
export function transition(type: 'pagehide' | 'pageshow', persisted: boolean): Event {
  return Object.assign(new Event(type), { persisted });
}
