import { mayHaveLoaded } from './loaded-files.ts';
import { bustCache, matchUrls } from './match-urls.ts';
import { isStylesheet, replaceStylesheet, whenLoaded } from './morph/stylesheets.ts';
import { rewriteRules } from './rewrite-rules.ts';

/** Firefox caches imported sheets by their addresses, and gives the old ones to a new sheet. */
const KEEPS_IMPORTS = CSS.supports('-moz-appearance', 'none') && !CSS.supports('-webkit-app-region', 'none');

/**
 * Swaps the stylesheets that come from changed files, without a frame that has none. [R4]
 *
 * @param texts the new texts of some of these files, by their paths.
 * @returns whether that updates the page; otherwise it has to be loaded again.
 */
export async function applyCss(
  paths: readonly string[],
  texts: Readonly<Record<string, string>>,
  exact: boolean,
  stamp: string,
): Promise<boolean> {
  const sheets = allSheets(document);
  const urls = [...new Set(sheets.flatMap(({ parts }) => parts.map(({ address }) => address)))];
  // A script may have used a file in any way after it loaded it.
  if (paths.some((path) => !urls.some(matchUrls([path], exact, urls)) && mayHaveLoaded(path, exact)))
    return false;
  const matches = matchUrls(paths, exact, urls);
  const changed = sheets.filter(({ parts }) => parts.some(({ address }) => matches(address)));
  const rewritten = new Set<SheetPart>();
  for (const [path, text] of Object.entries(texts)) {
    const matchesPath = matchUrls([path], exact, urls);
    for (const part of changed.flatMap(({ parts }) => parts)) {
      if (matchesPath(part.address) && rewriteRules(part.sheet, text)) rewritten.add(part);
    }
  }
  // Rewritten rules show already. The file is loaded as well, so that nothing depends on how a browser serializes rules.
  const outcomes = await Promise.all(
    changed.map(async (sheet) => {
      const imported = sheet.parts.filter((part) => part.imported && matches(part.address));
      if (KEEPS_IMPORTS && imported.length > 0)
        return sheet.parts.every((part) => !matches(part.address) || rewritten.has(part));
      return swap(sheet, imported, stamp);
    }),
  );
  return outcomes.every(Boolean);
}

/** A stylesheet of the page, with all that it imports. */
interface Sheet {
  owner: HTMLLinkElement | HTMLStyleElement;
  parts: SheetPart[];
}

interface SheetPart {
  address: string;
  imported: boolean;
  sheet: CSSStyleSheet | null;
}

function allSheets(root: Document | ShadowRoot): Sheet[] {
  const owners = root.querySelectorAll<Sheet['owner']>('link[rel~="stylesheet" i], style');
  const own = [...owners]
    .filter((owner) => owner instanceof HTMLStyleElement || isStylesheet(owner))
    .map((owner) => {
      const { sheet } = owner;
      const parts = importsOf(sheet);
      if (owner instanceof HTMLLinkElement) parts.unshift({ address: owner.href, imported: false, sheet });
      return { owner, parts };
    });
  const shadows = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) =>
    shadowRoot ? allSheets(shadowRoot) : [],
  );
  return [...own, ...shadows];
}

function importsOf(sheet: CSSStyleSheet | null): SheetPart[] {
  try {
    return [...(sheet?.cssRules ?? [])].flatMap((rule) => {
      if (!(rule instanceof CSSImportRule)) return [];
      const address = rule.styleSheet?.href ?? new URL(rule.href, sheet!.href ?? document.baseURI).href;
      return [{ address, imported: true, sheet: rule.styleSheet }, ...importsOf(rule.styleSheet)];
    });
  } catch {
    // The rules of other origins' sheets cannot be read.
    return [];
  }
}

async function swap({ owner }: Sheet, stale: readonly SheetPart[], stamp: string): Promise<boolean> {
  // The new sheet requests its imports by their own addresses: the browser's cache has to hold the new ones before.
  await Promise.all(stale.map(({ address }) => fetch(address, { cache: 'reload' }).catch(() => {})));
  if (owner instanceof HTMLLinkElement) return replaceStylesheet(owner, bustCache(owner.href, stamp));
  const next = owner.cloneNode(true) as HTMLStyleElement;
  const loaded = whenLoaded(next);
  owner.after(next);
  await loaded;
  owner.remove();
  return true;
}
