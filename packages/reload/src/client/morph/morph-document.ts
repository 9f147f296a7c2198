import { createAlignment } from './alignment.ts';
import { diffDocuments } from './diff-documents.ts';
import { findDoubt } from './doubts.ts';
import { parseHtml } from './parse-html.ts';
import { planReplay } from './replay.ts';

/** To compare more nodes than these takes longer than to load the page again. */
const MOST_NODES = 20_000;

/** Whether the page is now what its HTML says; if not, it has to be loaded again. */
export type MorphOutcome = { done: true } | { done: false; reason: string };

/**
 * Brings the page from the HTML last served to the next one. What differs between these two is done to the page; everything else in it
 * is left to the scripts and the people that made it. [R4]
 */
export async function morphDocument(base: string, next: string): Promise<MorphOutcome> {
  try {
    const [before, after] = [parseHtml(base), parseHtml(next)];
    if (isLarge(before) || isLarge(after)) return { done: false, reason: 'the page is very long' };
    const doubt = findDoubt(before, after);
    if (doubt !== undefined) return { done: false, reason: doubt };
    const alignment = createAlignment(before, document);
    const diff = diffDocuments(before, after);
    if (typeof diff === 'string') return { done: false, reason: diff };
    const replay = planReplay(diff, alignment);
    if (typeof replay === 'string') return { done: false, reason: replay };
    await replay();
    return { done: true };
  } catch (error) {
    // A page whose policy forbids to parse HTML, or one that is stranger than was thought of.
    return { done: false, reason: String(error) };
  }
}

function isLarge(root: Document): boolean {
  const walker = root.createTreeWalker(root);
  let nodes = 0;
  while (walker.nextNode() && nodes <= MOST_NODES) nodes++;
  return nodes > MOST_NODES;
}
