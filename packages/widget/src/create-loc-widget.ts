import { readAttributes, type Attributes, type ScriptTag } from './badge/attributes.ts';
import { createBadge } from './badge/badge.ts';
import { quietly } from './badge/quietly.ts';
import type { Counter } from './client/client.ts';
import { createCounter } from './create-counter.ts';
import type { LocWidget } from './loc-widget.ts';
import { warn } from './warn.ts';

/** The widget of one script tag: a counter and its badge. Nothing of it ever throws into the page. */
export function createLocWidget(script: ScriptTag & Element, style: LocWidget['style']): LocWidget {
  let counter: Counter | undefined;
  let stop: (() => void) | undefined;

  const widget: LocWidget = {
    style,
    get state() {
      return counter?.state;
    },
    init() {
      quietly(() => {
        if (stop) return;
        const attributes = readAttributes(script);
        const badge = createBadge(attributes, script, widget.style);
        const live = (counter = tryToCreate(attributes));
        if (!live) return;
        const show = (): void => quietly(() => badge.show(live.state));
        live.subscribe(show);
        // A total may be here before the page has a body.
        document.addEventListener('DOMContentLoaded', show);
        stop = () => {
          document.removeEventListener('DOMContentLoaded', show);
          live.close();
        };
      });
    },
    destroy() {
      quietly(() => stop?.());
      stop = undefined;
    },
  };
  return widget;
}

/** A mistake in the tag is its author's to see; nothing else of ours is ever written to the console. */
function tryToCreate(attributes: Attributes): Counter | undefined {
  try {
    return createCounter(attributes);
  } catch (error) {
    warn((error as Error).message);
    return undefined;
  }
}
