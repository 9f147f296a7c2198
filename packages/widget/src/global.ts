import { startsByItself } from './badge/attributes.ts';
import { quietly } from './badge/quietly.ts';
import { createLocWidget } from './create-loc-widget.ts';
import type { LocWidget } from './loc-widget.ts';
import { warn } from './warn.ts';

/** The script tag's entry: puts `locWidget` into the page, and starts it where the tag asks for that. */
quietly(() => {
  const page = window as Window & { locWidget?: Partial<LocWidget> };
  const script = document.currentScript as HTMLScriptElement | null;
  if (!script) return warn('a module cannot see its own tag: leave out type="module"');
  const before = page.locWidget;
  // A second tag, or the same one run again, finds the widget of the first.
  const widget = before?.init ? (before as LocWidget) : createLocWidget(script, before?.style);
  page.locWidget = widget;
  if (startsByItself(script)) widget.init();
});
