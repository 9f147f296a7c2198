/**
 * Shows from its text that a file is complete: it is closed, and closed as its last version was. No half of a file is. [R5]
 */
import { classifyFile } from './classify-change.ts';

/** What is longer than a buffer may be written in pieces, in characters. */
const BUFFER_LENGTH = 4_096;
/** How much of a longer stylesheet must be the same: a piece of it may end at the end of any rule. */
const LONG_CLOSING_LENGTH = 64;

const HTML_END = /<\/html\s*>\s*$/i;
const CSS_END = /\}\s*$/;
/** What may contain braces in CSS that close nothing. */
const CSS_TEXTS = /\/\*[^]*?\*\/|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/g;

/**
 * The end of a text, which is the same in each complete version of a file; `undefined` if the text is not closed, or is of a kind that
 * does not show it.
 */
export function closingText(path: string, text: string): string | undefined {
  switch (classifyFile(path)) {
    case 'html':
      // Where one text was written over another in place, the old end may follow the new one.
      return text.split(/<\/html/i).length === 2 ? HTML_END.exec(text)?.[0] : undefined;
    case 'css': {
      const end = isBalanced(text) ? CSS_END.exec(text)?.[0] : undefined;
      return end !== undefined && text.length > BUFFER_LENGTH ? text.slice(-LONG_CLOSING_LENGTH) : end;
    }
    default:
      return undefined;
  }
}

function isBalanced(css: string): boolean {
  const code = css.replace(CSS_TEXTS, '');
  // An open comment or string.
  if (/["']|\/\*/.test(code)) return false;
  let depth = 0;
  for (const [brace] of code.matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
