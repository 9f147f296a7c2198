/** A selector that finds the same element in the same page on another device. */
export function selectorOf(element: Element): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at; at = at.parentElement) {
    if (at.id !== '') {
      steps.unshift(`#${CSS.escape(at.id)}`);
      break;
    }
    const name = at.localName;
    const siblings = [...(at.parentElement?.children ?? [])].filter(({ localName }) => localName === name);
    steps.unshift(`${CSS.escape(name)}:nth-of-type(${siblings.indexOf(at) + 1})`);
  }
  return steps.join('>');
}

export function findTarget(selector: string | undefined): HTMLElement | undefined {
  try {
    return document.querySelector<HTMLElement>(selector ?? '') ?? undefined;
  } catch {
    return undefined;
  }
}
