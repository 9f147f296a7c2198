import { readAttributes, type ScriptTag } from './badge/attributes.ts';
import { createBadge } from './badge/badge.ts';
import { quietly } from './badge/quietly.ts';
import type { Counter } from './client/client.ts';
import { createCounter } from './create-counter.ts';
import type { LocWidget } from './loc-widget.ts';

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
        const live = (counter = createCounter(attributes));
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
