import { fieldsOf, LOOKS, readChoice, type Choice, type Look } from './choice.ts';
import { copyText } from './copy-text.ts';
import { createSnippet } from './create-snippet.ts';
import { createPreviews } from './previews.ts';
import { createSiteHelp } from './site-help.ts';

/** The page `embed`: shows each look, and the code for what is chosen. */
const base = new URL('.', location.href).href;
const form = document.querySelector<HTMLFormElement>('#choice')!;
const code = document.querySelector<HTMLElement>('#code code')!;
const place = document.querySelector<HTMLElement>('#place')!;
const copied = document.querySelector<HTMLElement>('#copied')!;
const ownColor = document.querySelector<HTMLInputElement>('#own-color')!;
const color = document.querySelector<HTMLInputElement>('#color')!;
const showPreviews = createPreviews(form);
const showSiteHelp = createSiteHelp(document.querySelector<HTMLElement>('#site-help')!, base);

/** Sets the form to the query of the address, which names a choice as the form does. */
function restore(): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of query) {
    const field = form.elements.namedItem(name);
    if (
      field instanceof RadioNodeList ||
      field instanceof HTMLInputElement ||
      field instanceof HTMLSelectElement
    ) {
      field.value = value;
    }
  }
  ownColor.checked = query.has('color');
  const site = form.elements.namedItem('site') as HTMLInputElement;
  site.value ||= location.hostname;
}

function update(): void {
  color.disabled = !ownColor.checked;
  const data = new FormData(form);
  const choice = readChoice(data);
  for (const field of form.querySelectorAll<HTMLElement>('[data-field]')) {
    field.hidden = !(fieldsOf[choice.look] as readonly string[]).includes(field.dataset['field']!);
  }
  const snippet = createSnippet(choice, base);
  code.textContent = snippet.code;
  place.textContent = snippet.place;
  copied.textContent = '';
  showPreviews(choicesOf(data), form.querySelector<HTMLInputElement>('#number')!.value);
  void showSiteHelp(choice);
}

/** The choice for each look, if it were chosen with the same details. */
function choicesOf(data: FormData): Map<Look, Choice> {
  return new Map(
    LOOKS.map((look) => {
      data.set('look', look);
      return [look, readChoice(data)];
    }),
  );
}

form.addEventListener('input', update);
form.addEventListener('submit', (event) => event.preventDefault());
document.querySelector('#copy')!.addEventListener('click', () => {
  void copyText(code).then((isCopied) => {
    copied.textContent = isCopied ? 'Copied' : 'Press Ctrl+C or ⌘C to copy';
  });
});
restore();
update();
