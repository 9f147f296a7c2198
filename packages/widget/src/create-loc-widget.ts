import { readAttributes, type Attributes, type ScriptTag } from './badge/attributes.ts';
import { createBadge } from './badge/badge.ts';
import { suppressErrors } from './badge/suppress-errors.ts';
import type { Counter } from './client/counter-handle.ts';
import { createCounter } from './create-counter.ts';
import type { LocWidget } from './loc-widget.ts';
import { warn } from './warn.ts';

/** The widget of one script tag: a counter and its badge. It never throws into the page. */
export function createLocWidget(script: ScriptTag & Element, style: LocWidget['style']): LocWidget {
  let counter: Counter | undefined;
  let stop: (() => void) | undefined;

  const widget: LocWidget = {
    style,
    get state() {
      return counter?.state;
    },
    init() {
      suppressErrors(() => {
        if (stop) return;
        const attributes = readAttributes(script);
        const badge = createBadge(attributes, script, widget.style);
        const started = (counter = createOrWarn(attributes));
        if (!started) return;
        const show = (): void => suppressErrors(() => badge.show(started.state));
        started.subscribe(show);
        // The first total may arrive before the page has a body.
        document.addEventListener('DOMContentLoaded', show);
        stop = () => {
          document.removeEventListener('DOMContentLoaded', show);
          started.close();
        };
      });
    },
    destroy() {
      suppressErrors(() => stop?.());
      stop = undefined;
    },
  };
  return widget;
}

/** An invalid attribute is a warning for the author of the page, not an error. */
function createOrWarn(attributes: Attributes): Counter | undefined {
  try {
    return createCounter(attributes);
  } catch (error) {
    warn((error as Error).message);
    return undefined;
  }
}
