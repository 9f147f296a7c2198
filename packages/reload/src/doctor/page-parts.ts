import { SAXParser } from 'parse5-sax-parser';

/** What a page consists of, as far as the checks need it. */
export interface PageParts {
  /** The scripts, stylesheets and images that it loads from its own origin, in their order. */
  files: URL[];
  /** The texts of its inline scripts. */
  inlineScripts: string[];
  /** The policies of its `<meta http-equiv="Content-Security-Policy">`. */
  metaPolicies: string[];
}

/** Reads the parts of an HTML document. */
export function readPageParts(html: string, url: URL): PageParts {
  const files = new Map<string, URL>();
  const parts: PageParts = { files: [], inlineScripts: [], metaPolicies: [] };
  let inScript = false;
  const addFile = (address: string | undefined): void => {
    if (address === undefined || !URL.canParse(address, url.href)) return;
    const file = new URL(address, url);
    file.hash = '';
    if (file.origin === url.origin) files.set(file.href, file);
  };
  const parser = new SAXParser();
  parser.on('startTag', ({ tagName, attrs }) => {
    const attribute = (name: string): string | undefined => attrs.find((one) => one.name === name)?.value;
    if (tagName === 'script' || tagName === 'img') addFile(attribute('src'));
    if (tagName === 'link' && /\b(stylesheet|icon)\b/i.test(attribute('rel') ?? ''))
      addFile(attribute('href'));
    if (tagName === 'meta' && /^content-security-policy$/i.test(attribute('http-equiv') ?? ''))
      parts.metaPolicies.push(attribute('content') ?? '');
    inScript = tagName === 'script' && attribute('src') === undefined;
  });
  parser.on('endTag', () => (inScript = false));
  parser.on('text', ({ text }) => inScript && parts.inlineScripts.push(text));
  parser.end(html);
  return { ...parts, files: [...files.values()] };
}
