import { createAlignment } from './alignment.ts';
import { diffDocuments } from './diff-documents.ts';
import { parseHtml } from './parse-html.ts';
import { hasManyNodes, prepareBase, type MorphBase } from './morph-base.ts';
import { findReloadReason } from './reload-reason.ts';
import { planReplay } from './replay.ts';

/** Whether the page was updated; if not, it has to be loaded again. */
export type MorphOutcome = { done: true } | { done: false; reason: string };

/**
 * Updates the page from the HTML last served to the next one: the differences between the two are applied to the page, and
 * everything else in it, made by scripts or users, stays. [R4]
 *
 * Both are parsed beside the page. `diffDocuments` finds what differs, the alignment maps nodes of the old HTML to nodes of the page,
 * and the replay applies the differences to these.
 *
 * @param base the HTML last served; as text, or prepared.
 */
export async function morphDocument(base: string | MorphBase, next: string): Promise<MorphOutcome> {
  try {
    const before = typeof base === 'string' ? prepareBase(base) : base;
    const after = parseHtml(next);
    if (before.isLarge || hasManyNodes(after)) return { done: false, reason: 'the page is very long' };
    const reason = findReloadReason(before.document, after);
    if (reason !== undefined) return { done: false, reason };
    const alignment = createAlignment(before, document);
    const diff = diffDocuments(before.document, after);
    if (typeof diff === 'string') return { done: false, reason: diff };
    const replay = planReplay(diff, alignment);
    if (typeof replay === 'string') return { done: false, reason: replay };
    await replay();
    return { done: true };
  } catch (error) {
    // The page's policy forbids parsing HTML, or the page is one that no rule above expects.
    return { done: false, reason: String(error) };
  }
}
