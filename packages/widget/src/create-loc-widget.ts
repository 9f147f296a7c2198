import { readAttributes, type Attributes, type ScriptTag } from './badge/attributes.ts';
import { createBadge } from './badge/badge.ts';
import { suppressErrors } from './badge/suppress-errors.ts';
import type { CounterState } from './client/state.ts';
import type { Subscribe } from './client/client.ts';
import { createTagCounter } from './create-tag-counter.ts';
import type { LocWidget } from './loc-widget.ts';
import { warn } from './warn.ts';

/** The widget of one script tag: a counter and its badge. It never throws into the page. */
export function createLocWidget(script: ScriptTag & Element, style: LocWidget['style']): LocWidget {
  let state: CounterState | undefined;
  let stop: (() => void) | undefined;

  const widget: LocWidget = {
    style,
    get state() {
      return state;
    },
    init() {
      suppressErrors(() => {
        if (stop) return;
        const attributes = readAttributes(script);
        const badge = createBadge(attributes, script, widget.style);
        const subscribe = createOrWarn(attributes);
        if (!subscribe) return;
        const show = (): void => suppressErrors(() => state && badge.show(state));
        const unsubscribe = subscribe((next) => {
          state = next;
          show();
        });
        // The first total may arrive before the page has a body.
        document.addEventListener('DOMContentLoaded', show);
        stop = () => {
          document.removeEventListener('DOMContentLoaded', show);
          unsubscribe();
          state = { total: state?.total, status: 'closed' };
          show();
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
function createOrWarn(attributes: Attributes): Subscribe | undefined {
  try {
    return createTagCounter(attributes);
  } catch (error) {
    warn((error as Error).message);
    return undefined;
  }
}
