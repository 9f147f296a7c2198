/**
 * Replaces the rules of a stylesheet by those of a text, at once and without a request.
 *
 * @returns whether they are replaced; otherwise the stylesheet is unchanged.
 */
export function rewriteRules(sheet: CSSStyleSheet | null, text: string): boolean {
  // Imported sheets have to be requested.
  if (!sheet || /@import/i.test(text)) return false;
  try {
    const old = sheet.cssRules.length;
    const next = new CSSStyleSheet({ baseURL: sheet.href ?? document.baseURI });
    next.replaceSync(text);
    const rules = [...next.cssRules].map(({ cssText }) => cssText);
    // After the old ones, so that an invalid rule leaves them unchanged.
    try {
      for (const rule of rules) sheet.insertRule(rule, sheet.cssRules.length);
    } catch {
      while (sheet.cssRules.length > old) sheet.deleteRule(old);
      return false;
    }
    for (let index = 0; index < old; index++) sheet.deleteRule(0);
    return true;
  } catch {
    // The sheet belongs to another origin, or the browser has no constructed sheets.
    return false;
  }
}
