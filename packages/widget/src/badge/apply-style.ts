/** CSS text, or CSS properties by their names: `margin-top` or `marginTop`. */
export type BadgeStyle = string | Readonly<Record<string, string | number>>;

/** Replaces the inline style, through the CSSOM: a strict CSP allows that, but not a `style` attribute. */
export function applyStyle({ style }: HTMLElement, css: BadgeStyle | undefined): void {
  // The CSSOM ignores what is not CSS: here an object as text, and below the characters of a text as properties.
  style.cssText = css as string;
  for (const name in css as Record<string, string>) {
    style.setProperty(name.replace(/[A-Z]/g, '-$&'), (css as Record<string, string>)[name]!);
  }
}
