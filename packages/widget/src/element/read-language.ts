/** The language of the text around an element, as a valid tag: from `lang` of it or its ancestors, also across shadow roots. */
export function readLanguage(element: Element): string {
  const declared = element.closest<HTMLElement>('[lang]')?.lang;
  const root = element.getRootNode();
  if (declared === undefined && root instanceof ShadowRoot) return readLanguage(root.host);
  return [declared, navigator.language].find((tag) => tag && isValid(tag)) ?? 'en';
}

function isValid(tag: string): boolean {
  try {
    return Boolean(new Intl.Locale(tag));
  } catch {
    return false;
  }
}
