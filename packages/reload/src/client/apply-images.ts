import { hasForgotten, loadedUrls } from './loaded-files.ts';
import { bust, matchUrls, type UrlMatch } from './match-urls.ts';

/**
 * Swaps the images that come from changed files, wherever the page shows them. [R4]
 *
 * @returns whether that is all there is to do; otherwise the page has to be loaded again.
 */
export async function applyImages(paths: readonly string[], exact: boolean, stamp: string): Promise<boolean> {
  const uses = [...roots(document)].flatMap(usesIn);
  const urls = [...new Set(uses.flatMap(({ urls }) => urls))];
  for (const path of paths) {
    if (urls.some(matchUrls([path], exact, urls))) continue;
    if (path.endsWith('/favicon.ico')) continue;
    const loaded = loadedUrls();
    if (!exact || hasForgotten() || loaded.some(matchUrls([path], exact, loaded))) return false;
  }
  const matches = matchUrls(paths, exact, urls);
  // Loaded before it is shown: an image that is being loaded shows as nothing.
  await Promise.all(urls.filter(matches).map((url) => preload(bust(url, stamp))));
  for (const use of uses) if (use.urls.some(matches)) use.swap(matches, stamp);
  if (paths.some((path) => path.endsWith('/favicon.ico'))) refreshImplicitIcon(stamp);
  return true;
}

/** A place where images are named. */
interface ImageUse {
  urls: string[];
  swap: (matches: UrlMatch, stamp: string) => void;
}

const ATTRIBUTES: readonly [selector: string, attribute: string][] = [
  ['img[src]', 'src'],
  ['input[type=image][src]', 'src'],
  ['video[poster]', 'poster'],
  ['link[rel~=icon i][href]', 'href'],
  ['link[rel=apple-touch-icon i][href]', 'href'],
  ['object[data]', 'data'],
  ['embed[src]', 'src'],
  ['image[href]', 'href'],
  ['use[href]', 'href'],
];
const SETS: readonly [selector: string, attribute: string][] = [
  ['img[srcset], source[srcset]', 'srcset'],
  ['link[imagesrcset]', 'imagesrcset'],
];
const CSS_URL = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^)'"]*))\s*\)/g;

function* roots(root: Document | ShadowRoot): Generator<Document | ShadowRoot> {
  yield root;
  for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) yield* roots(shadowRoot);
}

function usesIn(root: Document | ShadowRoot): ImageUse[] {
  const plain = ATTRIBUTES.flatMap(([selector, attribute]) =>
    [...root.querySelectorAll(selector)].map((element) => attributeUse(element, attribute)),
  );
  const sets = SETS.flatMap(([selector, attribute]) =>
    [...root.querySelectorAll(selector)].map((element) => setUse(element, attribute)),
  );
  const inline = [...root.querySelectorAll<HTMLElement>('[style*="url("]')].map(({ style }) =>
    styleUse(style, document.baseURI),
  );
  const sheets = [...root.styleSheets, ...root.adoptedStyleSheets].flatMap(sheetUses);
  return [...plain, ...sets, ...inline, ...sheets].filter(({ urls }) => urls.length > 0);
}

function attributeUse(element: Element, attribute: string): ImageUse {
  const url = resolve(element.getAttribute(attribute)!, document.baseURI);
  return {
    urls: url === undefined ? [] : [url],
    swap: (_, stamp) => element.setAttribute(attribute, bust(url!, stamp)),
  };
}

function setUse(element: Element, attribute: string): ImageUse {
  const candidates = element
    .getAttribute(attribute)!
    .split(/,\s+|\s+,/)
    .map((text) => /^\s*,*(\S+)(.*)$/s.exec(text))
    .filter((match) => match !== null)
    .map(([, url, descriptor]) => ({
      url: resolve(url!, document.baseURI) ?? url!,
      descriptor: descriptor!,
    }));
  return {
    urls: candidates.map(({ url }) => url),
    swap(matches, stamp) {
      const texts = candidates.map(
        ({ url, descriptor }) => (matches(url) ? bust(url, stamp) : url) + descriptor,
      );
      element.setAttribute(attribute, texts.join(', '));
    },
  };
}

function styleUse(style: CSSStyleDeclaration, base: string): ImageUse {
  const found = [...style].flatMap((property) => {
    const value = style.getPropertyValue(property);
    const urls = [...value.matchAll(CSS_URL)].flatMap(
      (match) => resolve(match[1] ?? match[2] ?? match[3]!, base) ?? [],
    );
    return urls.length > 0 ? [{ property, urls }] : [];
  });
  return {
    urls: found.flatMap(({ urls }) => urls),
    swap(matches, stamp) {
      for (const { property } of found) {
        const value = style
          .getPropertyValue(property)
          .replace(CSS_URL, (whole, a?: string, b?: string, c?: string) => {
            const url = resolve(a ?? b ?? c!, base);
            return url !== undefined && matches(url) ? `url(${JSON.stringify(bust(url, stamp))})` : whole;
          });
        style.setProperty(property, value, style.getPropertyPriority(property));
      }
    },
  };
}

function sheetUses(sheet: CSSStyleSheet): ImageUse[] {
  try {
    return ruleUses(sheet.cssRules, sheet.href ?? document.baseURI);
  } catch {
    // Sheets of other origins keep their rules to themselves.
    return [];
  }
}

function ruleUses(rules: CSSRuleList, base: string): ImageUse[] {
  return [...rules].flatMap((rule) => {
    if (rule instanceof CSSImportRule) return rule.styleSheet ? sheetUses(rule.styleSheet) : [];
    const { style, cssRules } = rule as CSSRule & { style?: CSSStyleDeclaration; cssRules?: CSSRuleList };
    return [...(style ? [styleUse(style, base)] : []), ...(cssRules ? ruleUses(cssRules, base) : [])];
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
  const patience = new Promise((resolve) => setTimeout(resolve, 3_000));
  await Promise.race([image.decode().catch(() => {}), patience]);
}

/** Without a link, browsers take the icon from its usual place: a link makes them look again. */
function refreshImplicitIcon(stamp: string): void {
  if (document.querySelector('link[rel~=icon i]')) return;
  const link = document.createElement('link');
  link.rel = 'icon';
  link.href = bust('/favicon.ico', stamp);
  document.head.append(link);
}
