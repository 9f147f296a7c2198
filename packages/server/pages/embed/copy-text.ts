/**
 * Copies the text of an element. Pages on plain http have no clipboard: there the text is selected, and copied in the
 * older way.
 *
 * @returns whether it is copied; otherwise the text is selected.
 */
export async function copyText(element: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}
