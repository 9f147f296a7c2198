/**
 * Puts the rules of a text in the place of those of a stylesheet, at once and without a request.
 *
 * @returns whether it was done; otherwise the stylesheet is as it was.
 */
export function rewriteRules(sheet: CSSStyleSheet | null, text: string): boolean {
  // What a sheet imports has to be asked for.
  if (!sheet || /@import/i.test(text)) return false;
  try {
    const old = sheet.cssRules.length;
    const next = new CSSStyleSheet({ baseURL: sheet.href ?? document.baseURI });
    next.replaceSync(text);
    const rules = [...next.cssRules].map(({ cssText }) => cssText);
    // Behind the old ones, so that a rule that is refused leaves them as they were.
    try {
      for (const rule of rules) sheet.insertRule(rule, sheet.cssRules.length);
    } catch {
      while (sheet.cssRules.length > old) sheet.deleteRule(old);
      return false;
    }
    for (let index = 0; index < old; index++) sheet.deleteRule(0);
    return true;
  } catch {
    // Another origin's, or a browser without constructed sheets.
    return false;
  }
}
