/** CSS text, or CSS properties by their names in either spelling. */
export type BadgeStyle = string | Readonly<Record<string, string | number>>;

/** Sets the inline style by the CSSOM, which a strict CSP allows where it forbids the attribute. */
export function applyStyle({ style }: HTMLElement, wanted: BadgeStyle = ''): void {
  if (typeof wanted === 'string') {
    style.cssText = wanted;
    return;
  }
  for (const [name, value] of Object.entries(wanted)) {
    // A property assigned by its name takes both spellings; a custom one has no name there.
    if (name in style) style[name as 'color'] = `${value}`;
    else style.setProperty(name, `${value}`);
  }
}
