import { createLocWidget, type ScriptTag } from './create-loc-widget.ts';
import type { LocWidget, LocWidgetStub } from './loc-widget.ts';

/** The entry of the script tag: defines `window.locWidget`. An error must not reach the page. */
try {
  const page = window as Window & { locWidget?: LocWidgetStub & Partial<LocWidget> };
  // A module, and text that is evaluated, have no tag. Both run at a time that the page cannot know.
  const script = (document.currentScript ?? document.createElement('script')) as ScriptTag;
  // A second tag, or the same tag run again, has nothing to do.
  if (!page.locWidget?.destroy) page.locWidget = createLocWidget(script, page.locWidget);
} catch {
  // There is nothing to do about it here.
}
