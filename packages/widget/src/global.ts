import type { ScriptTag } from './badge/attributes.ts';
import { suppressErrors } from './badge/suppress-errors.ts';
import { createLocWidget } from './create-loc-widget.ts';
import type { LocWidget, LocWidgetStub } from './loc-widget.ts';

/** The entry of the script tag: defines `window.locWidget`. */
suppressErrors(() => {
  const page = window as Window & { locWidget?: LocWidgetStub & Partial<LocWidget> };
  const previous = page.locWidget;
  // A second tag, or the same tag run again, has nothing to do.
  if (previous?.destroy) return;
  // A module, and text that is evaluated, have no tag. Both run at a time that the page cannot know.
  const script = (document.currentScript ?? document.createElement('script')) as ScriptTag;
  page.locWidget = createLocWidget(script, previous);
});
