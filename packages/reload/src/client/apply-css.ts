import { hasForgotten, loadedUrls } from './loaded-files.ts';
import { bust, matchUrls } from './match-urls.ts';
import { rewriteRules } from './rewrite-rules.ts';
import { isStylesheet, replaceStylesheet } from './morph/stylesheets.ts';

const KEEPS_IMPORTS = CSS.supports('-moz-appearance', 'none') && !CSS.supports('-webkit-app-region', 'none');

/**
 * Swaps the stylesheets that come from changed files, without a frame that has none. [R4]
 *
 * @param texts what stands in some of these files, by their paths.
 * @returns whether that is all there is to do; otherwise the page has to be loaded again.
 */
export async function applyCss(
  paths: readonly string[],
  texts: Readonly<Record<string, string>>,
  exact: boolean,
  stamp: string,
): Promise<boolean> {
  const sheets = allSheets(document);
  const urls = [...new Set(sheets.flatMap(({ parts }) => parts.map(({ address }) => address)))];
  for (const path of paths) {
    const matches = matchUrls([path], exact, urls);
    if (urls.some(matches)) continue;
    // Nobody knows what a script has made of a file that it has loaded.
    if (!exact || hasForgotten() || loadedUrls().some(matchUrls([path], exact, loadedUrls()))) return false;
  }
  const matches = matchUrls(paths, exact, urls);
  const changed = sheets.filter(({ parts }) => parts.some(({ address }) => matches(address)));
  const rewritten = new Set<SheetPart>();
  for (const [path, text] of Object.entries(texts)) {
    const isIts = matchUrls([path], exact, urls);
    for (const part of changed.flatMap(({ parts }) => parts)) {
      if (isIts(part.address) && rewriteRules(part.sheet, text)) rewritten.add(part);
    }
  }
  // What was rewritten shows already. Loading it as well leaves nothing to how a browser writes rules down.
  const outcomes = await Promise.all(
    changed.map(async (sheet) => {
      const imported = sheet.parts.filter((part) => part.imported && matches(part.address));
      // Firefox keeps imported sheets by their addresses, and gives the old ones to the new sheet.
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
  const owners = [
    ...root.querySelectorAll<HTMLLinkElement | HTMLStyleElement>('link[rel~="stylesheet" i], style'),
  ];
  const own = owners
    .filter((owner) => owner instanceof HTMLStyleElement || isStylesheet(owner))
    .map((owner) => {
      const own = { imported: false, sheet: owner.sheet };
      const imported = importsOf(owner.sheet);
      return {
        owner,
        parts: owner instanceof HTMLLinkElement ? [{ ...own, address: owner.href }, ...imported] : imported,
      };
    });
  const shadows = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) =>
    shadowRoot ? [shadowRoot] : [],
  );
  return [...own, ...shadows.flatMap(allSheets)];
}

function importsOf(sheet: CSSStyleSheet | null): SheetPart[] {
  try {
    return [...(sheet?.cssRules ?? [])].flatMap((rule) => {
      if (!(rule instanceof CSSImportRule)) return [];
      const address = rule.styleSheet?.href ?? new URL(rule.href, sheet!.href ?? document.baseURI).href;
      return [{ address, imported: true, sheet: rule.styleSheet }, ...importsOf(rule.styleSheet)];
    });
  } catch {
    // Sheets of other origins keep their rules to themselves.
    return [];
  }
}

async function swap({ owner }: Sheet, stale: readonly SheetPart[], stamp: string): Promise<boolean> {
  // What is imported is asked for by its own address: the browser's copy has to be the new one before.
  await Promise.all(stale.map(({ address }) => fetch(address, { cache: 'reload' }).catch(() => {})));
  if (owner instanceof HTMLLinkElement) return replaceStylesheet(owner, bust(owner.href, stamp));
  const next = owner.cloneNode(true) as HTMLStyleElement;
  const loaded = new Promise((resolve) => next.addEventListener('load', resolve, { once: true }));
  owner.after(next);
  await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 3_000))]);
  owner.remove();
  return true;
}
