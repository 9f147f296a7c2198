/** CSS text, or CSS properties by their names: `margin-top` or `marginTop`. */
export type BadgeStyle = string | Readonly<Record<string, string | number>>;

/** Sets the inline style through the CSSOM: a strict CSP allows that, but not a `style` attribute. */
export function applyStyle({ style }: HTMLElement, css: BadgeStyle = ''): void {
  if (typeof css === 'string') {
    style.cssText = css;
    return;
  }
  for (const [name, value] of Object.entries(css)) {
    // The CSSOM has both names of each property, but none of a custom property.
    if (name in style) style[name as 'color'] = `${value}`;
    else style.setProperty(name, `${value}`);
  }
}
