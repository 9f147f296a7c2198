import { hasForgotten, loadedUrls } from './loaded-files.ts';
import { bust, matchUrls, type UrlMatch } from './match-urls.ts';
import { isStylesheet, replaceStylesheet } from './morph/stylesheets.ts';

const KEEPS_IMPORTS = CSS.supports('-moz-appearance', 'none') && !CSS.supports('-webkit-app-region', 'none');

/**
 * Swaps the stylesheets that come from changed files, without a frame that has none. [R4]
 *
 * @returns whether that is all there is to do; otherwise the page has to be loaded again.
 */
export async function applyCss(paths: readonly string[], exact: boolean, stamp: string): Promise<boolean> {
  const sheets = allSheets(document);
  const urls = [...new Set(sheets.flatMap(({ addresses }) => addresses))];
  for (const path of paths) {
    const matches = matchUrls([path], exact, urls);
    if (urls.some(matches)) continue;
    // Nobody knows what a script has made of a file that it has loaded.
    if (!exact || hasForgotten() || loadedUrls().some(matchUrls([path], exact, loadedUrls()))) return false;
  }
  const matches = matchUrls(paths, exact, urls);
  const changed = sheets.filter(({ addresses }) => addresses.some(matches));
  // Firefox keeps imported sheets by their addresses, and gives the old ones to the new sheet.
  if (KEEPS_IMPORTS && changed.some(({ imported }) => imported.some(matches))) return false;
  const swapped = await Promise.all(changed.map((sheet) => swap(sheet, matches, stamp)));
  return swapped.every(Boolean);
}

/** A stylesheet of the page, with the addresses of itself and of all that it imports. */
interface Sheet {
  owner: HTMLLinkElement | HTMLStyleElement;
  addresses: string[];
  imported: string[];
}

function allSheets(root: Document | ShadowRoot): Sheet[] {
  const owners = [
    ...root.querySelectorAll<HTMLLinkElement | HTMLStyleElement>('link[rel~="stylesheet" i], style'),
  ];
  const own = owners
    .filter((owner) => owner instanceof HTMLStyleElement || isStylesheet(owner))
    .map((owner) => {
      const imported = importsOf(owner.sheet);
      return {
        owner,
        imported,
        addresses: owner instanceof HTMLLinkElement ? [owner.href, ...imported] : imported,
      };
    });
  const shadows = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) =>
    shadowRoot ? [shadowRoot] : [],
  );
  return [...own, ...shadows.flatMap(allSheets)];
}

function importsOf(sheet: CSSStyleSheet | null): string[] {
  try {
    return [...(sheet?.cssRules ?? [])].flatMap((rule) => {
      if (!(rule instanceof CSSImportRule)) return [];
      return [
        rule.styleSheet?.href ?? new URL(rule.href, sheet!.href ?? document.baseURI).href,
        ...importsOf(rule.styleSheet),
      ];
    });
  } catch {
    // Sheets of other origins keep their rules to themselves.
    return [];
  }
}

async function swap({ owner, imported }: Sheet, matches: UrlMatch, stamp: string): Promise<boolean> {
  // What is imported is asked for by its own address: the browser's copy has to be the new one before.
  const stale = imported.filter(matches);
  await Promise.all(stale.map((url) => fetch(url, { cache: 'reload' }).catch(() => {})));
  if (owner instanceof HTMLLinkElement) return replaceStylesheet(owner, bust(owner.href, stamp));
  const next = owner.cloneNode(true) as HTMLStyleElement;
  const loaded = new Promise((resolve) => next.addEventListener('load', resolve, { once: true }));
  owner.after(next);
  await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 3_000))]);
  owner.remove();
  return true;
}
