import { createDisplay } from './badge/display.ts';
import type { Client } from './client/client.ts';
import { createTagCounter } from './create-tag-counter.ts';
import type { LocWidget, LocWidgetStub } from './loc-widget.ts';
import { warn } from './warn.ts';

/** The part of a script element that is read. */
export type ScriptTag = Pick<HTMLScriptElement, 'src' | 'async' | 'defer' | 'dataset'>;

/**
 * The widget of one script tag: a counter and its badge. It never throws into the page.
 *
 * It starts by itself if the tag has `async`, `defer` or an attribute of the widget, and if the page has called `init()` of
 * its stub. A tag that a script inserts is always `async`, so that the page cannot know when `init()` exists. Attributes
 * that other tools add to a tag (`data-cfasync`, `data-turbo-track`) do not start it.
 */
export function createLocWidget(
  { dataset, src, async, defer }: ScriptTag,
  { style, server: ownServer, queued }: LocWidgetStub = {},
): LocWidget {
  const { server, token } = dataset;
  // Addresses have no quotation marks.
  const names = JSON.stringify(dataset) + (location as unknown as string);
  // The second file handles an opt-out link.
  const more = /#live-online|"(scope|count|freeze)":/.test(names) && dataset;
  let stop: (() => void) | undefined;
  let client: Client | undefined;
  let update: (() => void) | undefined;

  const widget: Omit<LocWidget, 'state'> & { state: LocWidget['state'] } = {
    server: ownServer,
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
        client = createTagCounter(server ?? widget.server ?? src, token, src, more);
        update ??= createDisplay(dataset, widget);
        stop = client((state) => {
          widget.state = state;
          update!();
        });
      } catch {
        warn();
      }
    },
    destroy() {
      if (!stop) return;
      stop = stop() as undefined;
      widget.state = { ...widget.state!, status: 'closed' };
      update!();
    },
    optOut() {
      widget.init();
      client?.optOut?.();
    },
  };
  if (defer || async || queued || more || /"(label|token|min|position|server|theme)":/.test(names))
    widget.init();
  return widget;
}
