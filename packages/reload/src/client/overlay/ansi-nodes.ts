import { createColorPalette, parseAnsiSequences, type ParseToken } from 'ansi-sequence-parser';

const palette = createColorPalette();

/** Creates the nodes for a text with the colours of a terminal. Backgrounds are left out, because they would hide text. */
export function createAnsiNodes(text: string): Node[] {
  return parseAnsiSequences(text).map((token) => {
    const { value, foreground, decorations } = token;
    if (!foreground && decorations.size === 0) return new Text(value);
    const span = document.createElement('span');
    span.textContent = value;
    span.className = [...decorations].join(' ');
    if (foreground) setColor(span, foreground);
    return span;
  });
}

/** Set by properties, because a page's policy may forbid style attributes. */
function setColor(span: HTMLElement, color: NonNullable<ParseToken['foreground']>): void {
  if (color.type === 'named') {
    const name = color.name.replace('bright', '').toLowerCase();
    // "Bright black" is the grey of comments.
    span.style.color = `var(--${color.name === 'brightBlack' ? 's' : name})`;
    return;
  }
  span.style.setProperty('--any', palette.value(color));
  span.classList.add('any');
}
