import { mayHaveLoaded } from './loaded-files.ts';
import { bustCache, matchUrls } from './match-urls.ts';
import { LOAD_TIMEOUT_MS } from './morph/stylesheets.ts';

/**
 * Swaps the images that come from changed files, wherever the page shows them. [R4]
 *
 * @returns whether that updates the page; otherwise it has to be loaded again.
 */
export async function applyImages(paths: readonly string[], exact: boolean, stamp: string): Promise<boolean> {
  const uses = [...roots(document)].flatMap(usesIn);
  const urls = [...new Set(uses.flatMap(({ urls }) => urls))];
  const isIcon = (path: string): boolean => path.endsWith('/favicon.ico');
  const unused = paths.filter((path) => !urls.some(matchUrls([path], exact, urls)) && !isIcon(path));
  if (unused.some((path) => mayHaveLoaded(path, exact))) return false;
  const matches = matchUrls(paths, exact, urls);
  // Loaded before it is shown: an image that still loads shows as nothing.
  await Promise.all(urls.filter(matches).map((url) => preload(bustCache(url, stamp))));
  const swap = (url: string): string | undefined => (matches(url) ? bustCache(url, stamp) : undefined);
  for (const use of uses) if (use.urls.some(matches)) use.replace(swap);
  if (paths.some(isIcon)) refreshImplicitIcon(stamp);
  return true;
}

/** Returns what replaces an absolute address; `undefined` if it stays. */
type UrlSwap = (url: string) => string | undefined;
/** Returns a text with its addresses replaced by those that `swap` returns. */
type ReplaceUrls = (text: string, swap: UrlSwap) => string;

/** A place that names images. */
interface ImageUse {
  urls: string[];
  replace: (swap: UrlSwap) => void;
}

type Places = readonly [selector: string, attribute: string][];

const ATTRIBUTES: Places = [
  ['img[src], input[type=image][src], embed[src]', 'src'],
  ['link[rel~=icon i][href], link[rel=apple-touch-icon i][href], image[href], use[href]', 'href'],
  ['video[poster]', 'poster'],
  ['object[data]', 'data'],
];
const SETS: Places = [
  ['img[srcset], source[srcset]', 'srcset'],
  ['link[imagesrcset]', 'imagesrcset'],
];
const CSS_URL = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^)'"]*))\s*\)/g;

function* roots(root: Document | ShadowRoot): Generator<Document | ShadowRoot> {
  yield root;
  for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) yield* roots(shadowRoot);
}

function usesIn(root: Document | ShadowRoot): ImageUse[] {
  const attributes = (places: Places, replaceUrls: ReplaceUrls): ImageUse[] =>
    places.flatMap(([selector, attribute]) =>
      [...root.querySelectorAll(selector)].map((element) =>
        useOf(
          () => element.getAttribute(attribute) ?? '',
          (text) => element.setAttribute(attribute, text),
          replaceUrls,
        ),
      ),
    );
  const inline = [...root.querySelectorAll<HTMLElement>('[style*="url("]')].flatMap(({ style }) =>
    styleUses(style, document.baseURI),
  );
  const sheets = [...root.styleSheets, ...root.adoptedStyleSheets].flatMap(sheetUses);
  const all = [...attributes(ATTRIBUTES, replaceUrl), ...attributes(SETS, replaceSet), ...inline, ...sheets];
  return all.filter(({ urls }) => urls.length > 0);
}

function useOf(read: () => string, write: (text: string) => void, replaceUrls: ReplaceUrls): ImageUse {
  const urls: string[] = [];
  replaceUrls(read(), (url) => void urls.push(url));
  return { urls, replace: (swap) => write(replaceUrls(read(), swap)) };
}

function replaceUrl(text: string, swap: UrlSwap): string {
  const url = resolve(text, document.baseURI);
  return (url !== undefined && swap(url)) || text;
}

function replaceSet(text: string, swap: UrlSwap): string {
  return text
    .split(/,\s+|\s+,/)
    .map((candidate) => /^\s*,*(\S+)(.*)$/s.exec(candidate))
    .filter((match) => match !== null)
    .map(([, url, descriptor]) => replaceUrl(url!, swap) + descriptor!)
    .join(', ');
}

function styleUses(style: CSSStyleDeclaration, base: string): ImageUse[] {
  return [...style].map((property) =>
    useOf(
      () => style.getPropertyValue(property),
      (value) => style.setProperty(property, value, style.getPropertyPriority(property)),
      (value, swap) =>
        value.replace(CSS_URL, (whole, a?: string, b?: string, c?: string) => {
          const url = resolve(a ?? b ?? c!, base);
          const swapped = url !== undefined && swap(url);
          return swapped ? `url(${JSON.stringify(swapped)})` : whole;
        }),
    ),
  );
}

function sheetUses(sheet: CSSStyleSheet): ImageUse[] {
  try {
    return ruleUses(sheet.cssRules, sheet.href ?? document.baseURI);
  } catch {
    // The rules of other origins' sheets cannot be read.
    return [];
  }
}

function ruleUses(rules: CSSRuleList, base: string): ImageUse[] {
  return [...rules].flatMap((rule) => {
    if (rule instanceof CSSImportRule) return rule.styleSheet ? sheetUses(rule.styleSheet) : [];
    const { style, cssRules } = rule as CSSRule & { style?: CSSStyleDeclaration; cssRules?: CSSRuleList };
    return [...(style ? styleUses(style, base) : []), ...(cssRules ? ruleUses(cssRules, base) : [])];
  });
}

function resolve(text: string, base: string): string | undefined {
  if (text === '' || text.startsWith('#') || text.startsWith('data:') || !URL.canParse(text, base))
    return undefined;
  return new URL(text, base).href;
}

async function preload(url: string): Promise<void> {
  const image = new Image();
  image.src = url;
  const timeout = new Promise((resolve) => setTimeout(resolve, LOAD_TIMEOUT_MS));
  await Promise.race([image.decode().catch(() => {}), timeout]);
}

/** Without a link, browsers load the icon from `/favicon.ico`: a new link makes them load it again. */
function refreshImplicitIcon(stamp: string): void {
  if (document.querySelector('link[rel~=icon i]')) return;
  const link = document.createElement('link');
  link.rel = 'icon';
  link.href = bustCache('/favicon.ico', stamp);
  document.head.append(link);
}
