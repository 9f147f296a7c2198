import type { CounterState } from '../client/state.ts';
import { applyStyle, type BadgeStyle } from './apply-style.ts';
import { css } from './style.css';

/**
 * Creates what shows the total: the badge `#_loc`, and the page's own elements with `data-live-online`.
 *
 * The text of the badge is exactly the number; label and styles are in its shadow root, which is built in ways that a
 * strict CSP and Trusted Types allow.
 *
 * @returns Shows the counter's state. If there is no total, or if the counter is closed, the page looks as without it.
 */
export function createDisplay(
  { label = 'online', position = '', theme = 'light dark', min = '1', scope }: DOMStringMap,
  widget: { readonly state: CounterState | undefined; readonly style?: BadgeStyle | undefined },
): () => void {
  const badge = document.createElement('span');
  badge.id = '_loc';
  badge.dataset['position'] = position;
  const shadow = badge.attachShadow({ mode: 'open' });
  shadow.append(document.createElement('slot'), ` ${label}`);
  /** The style that the badge has; at first one that no page can set, because without a style there are rules, too. */
  let style = badge as unknown as BadgeStyle | undefined;
  let frame = 0;

  const update = (): void => {
    try {
      frame = 0;
      const { status, [scope === 'page' ? scope : 'total']: shown } = widget.state!;
      const isOpen = status !== 'closed';
      if (isOpen) observer.observe(document, { childList: true, subtree: true, characterData: true });
      else observer.disconnect();
      const text = isOpen && shown! >= (min as never) && `${shown}`;
      const targets = document.querySelectorAll('[data-live-online]');
      if (text)
        for (const element of [badge, ...targets])
          if (element.textContent !== text) element.textContent = text;
      // A page that was restored from a copy of itself has a second badge.
      for (const copy of document.querySelectorAll('#_loc')) if (copy !== badge) copy.replaceWith(badge);
      // A page with targets shows the number itself, unless its tag asks for a position.
      if (!text || position === 'none' || (!position && targets.length)) return badge.remove();
      // Without a comparison, each update is a change that a script of the page may answer with another one.
      if (badge.dataset['state'] !== status) badge.dataset['state'] = status;
      if (!badge.isConnected) {
        const tag = document.body.querySelector('script[data-position=inline]');
        if (tag) tag.after(badge);
        else document.body.append(badge);
      }
      if (style === (style = widget.style)) return;
      applyStyle(badge, style);
      const sheet = new CSSStyleSheet();
      // Each declaration in these texts ends with a semicolon and a space.
      const rules = `${css}:host(#_loc){color-scheme:${theme}; ${badge.style.cssText} }`;
      sheet.replaceSync(rules.replace(/( !important)?; /g, '!important;'));
      shadow.adoptedStyleSheets = [sheet];
    } catch {
      // The page has no body yet, or the browser has no constructable style sheets: the number appears without styles.
    }
  };

  // One update a frame: another script that reverts the changes must not keep the page from doing anything else.
  const observer = new MutationObserver(() => {
    frame ||= requestAnimationFrame(update);
  });
  return update;
}
