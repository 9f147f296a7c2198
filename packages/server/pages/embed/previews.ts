import { fieldsOf, type Choice, type Look } from './choice.ts';
import { textColorOn } from './text-color.ts';

/** How long the previews wait for the next letter of a text, in ms. */
const DEBOUNCE_MS = 250;
const themes = ['light', 'dark'] as const;

/** The two frames of a look: on a light page and on a dark one. */
interface Pair {
  look: Look;
  frames: readonly HTMLIFrameElement[];
  shown: string;
}

/**
 * Fills the pairs of all looks with previews.
 *
 * @returns what shows the previews for a choice. Only those whose options have changed are loaded again.
 */
export function createPreviews(
  form: HTMLFormElement,
): (choices: ReadonlyMap<Look, Choice>, number: string) => void {
  const pairs = [...form.querySelectorAll<HTMLElement>('.look')].map(createPair);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (choices, number) => {
    const update = (): void => {
      for (const pair of pairs) updatePair(pair, choices.get(pair.look)!, number);
    };
    // The first ones at once.
    if (timer === undefined) update();
    clearTimeout(timer);
    timer = setTimeout(update, DEBOUNCE_MS);
  };
}

function createPair(card: HTMLElement): Pair {
  const look = card.querySelector('input')!.value as Look;
  const name = card.querySelector('label')!.textContent;
  const frames = themes.map((theme) => {
    const frame = document.createElement('iframe');
    frame.className = theme;
    frame.title = `${name}, on a ${theme} page`;
    frame.loading = 'lazy';
    return frame;
  });
  card.querySelector('.pair')!.append(...frames);
  return { look, frames, shown: '' };
}

function updatePair(pair: Pair, choice: Choice, number: string): void {
  const query = new URLSearchParams({ look: pair.look, label: choice.label, number });
  for (const field of fieldsOf[pair.look]) {
    if (field === 'position' || field === 'style') query.set(field, choice[field]);
  }
  if (choice.color) {
    query.set('background', choice.color.slice(1));
    query.set('color', textColorOn(choice.color).slice(1));
  }
  query.set('theme', choice.theme);
  if (pair.shown === (pair.shown = query.toString())) return;
  pair.frames.forEach((frame, index) => {
    const page = themes[index]!;
    // On a dark page most visitors have a dark system.
    if (choice.theme === 'auto') query.set('theme', page);
    query.set('page', page);
    const url = `pages/preview.html?${query}`;
    // Without a new entry in the history.
    if (frame.src) frame.contentWindow!.location.replace(url);
    else frame.src = url;
  });
}
