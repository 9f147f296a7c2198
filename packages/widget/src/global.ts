import { isAutoStart } from './badge/attributes.ts';
import { suppressErrors } from './badge/suppress-errors.ts';
import { createLocWidget } from './create-loc-widget.ts';
import type { LocWidget } from './loc-widget.ts';
import { warn } from './warn.ts';

/** The entry of the script tag: defines `window.locWidget`, and starts it if the tag's attributes say so. */
suppressErrors(() => {
  const page = window as Window & { locWidget?: Partial<LocWidget> };
  const script = document.currentScript as HTMLScriptElement | null;
  if (!script) return warn('a module script cannot read its own tag: remove type="module"');
  const previous = page.locWidget;
  // A second tag, or the same one run again, uses the widget of the first.
  const widget = previous?.init ? (previous as LocWidget) : createLocWidget(script, previous?.style);
  page.locWidget = widget;
  if (isAutoStart(script)) widget.init();
});
