import { baseOf, type ScriptTag } from './badge/attributes.ts';
import { createDisplay } from './badge/display.ts';
import { createTagCounter } from './create-tag-counter.ts';
import type { LocWidget, LocWidgetStub } from './loc-widget.ts';
import { warn } from './warn.ts';

/** The widget of one script tag: a counter and its badge. It never throws into the page. */
export function createLocWidget(
  { src, dataset }: ScriptTag,
  { style, server }: LocWidgetStub = {},
): LocWidget {
  let stop: (() => void) | undefined;
  let update: (() => void) | undefined;

  const widget: Omit<LocWidget, 'state'> & { state: LocWidget['state'] } = {
    server,
    state: undefined,
    get style() {
      return style;
    },
    set style(css) {
      style = css;
      update?.();
    },
    init() {
      if (stop) return;
      try {
        const { server: address = widget.server ?? baseOf(src), token } = dataset;
        const subscribe = createTagCounter({ server: address, token });
        update ??= createDisplay(dataset, widget);
        stop = subscribe((state) => {
          widget.state = state;
          update!();
        });
      } catch {
        warn();
      }
    },
    destroy() {
      stop = stop?.() as undefined;
      widget.state = { total: undefined, ...widget.state, status: 'closed' };
      update?.();
    },
  };
  return widget;
}
