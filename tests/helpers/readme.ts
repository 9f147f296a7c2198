import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The code blocks of a file in the repository, by the heading they stand under and their language, in the order
 * in which they are written.
 */
export function readSnippets(path: string): { heading: string; language: string; code: string }[] {
  const text = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
  const snippets: { heading: string; language: string; code: string }[] = [];
  let heading = '';
  for (const [, title, language, code] of text.matchAll(/^#+ (.+)$|^```(\w+)\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else snippets.push({ heading, language: language!, code: code! });
  }
  return snippets;
}
