import type { ReloadOverlay } from '@live-online/protocol';
import { createAnsiNodes } from './ansi-nodes.ts';
import { STYLE } from './style.ts';

/** Opens a place in the editor of the user. Resolves to what went wrong, if something did. */
export type OpenInEditor = (place: ReloadOverlay) => Promise<string | undefined>;

/** Shows a problem over the page. It changes no node of the page and runs under any Content-Security-Policy. [R10] */
export class Overlay {
  readonly #openInEditor: OpenInEditor;
  #host: HTMLElement | undefined;
  /** The problem that is shown, or that the user has closed. */
  #shown = '';

  constructor(openInEditor: OpenInEditor) {
    this.#openInEditor = openInEditor;
  }

  show(problem: ReloadOverlay): void {
    const shown = JSON.stringify(problem);
    if (shown === this.#shown || isInFrame()) return;
    this.hide();
    this.#shown = shown;
    const host = document.createElement('live-online-reload-overlay');
    const root = host.attachShadow({ mode: 'open' });
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    root.adoptedStyleSheets = [style];
    const dialog = this.#createDialog(problem);
    root.append(dialog);
    this.#host = host;
    // Outside of the body, which frameworks and updates replace.
    document.documentElement.append(host);
    dialog.addEventListener('close', () => host.remove());
    // The top layer: no z-index of the page hides it, and Escape closes it.
    dialog.showModal();
  }

  hide(): void {
    this.#shown = '';
    this.#host?.shadowRoot?.querySelector('dialog')?.close();
    this.#host?.remove();
    this.#host = undefined;
  }

  #createDialog(problem: ReloadOverlay): HTMLDialogElement {
    const { title, text, file, line, column } = problem;
    const close = create('button', { type: 'button' }, 'Close');
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    const output = create('pre', { id: 'text', tabindex: '0', role: 'region', 'aria-label': 'Output' });
    output.append(...createAnsiNodes(text ?? ''));
    const note = create(
      'p',
      { role: 'status' },
      'Escape closes this. It goes by itself when the problem is solved.',
    );
    const dialog = create('dialog', { role: 'alertdialog', 'aria-labelledby': 'title' });
    const header = create('header', {});
    header.append(create('h1', { id: 'title' }, title), close);
    dialog.append(header);
    if (file !== undefined) {
      const open = create('button', { type: 'button', class: 'file' }, place);
      open.addEventListener('click', () => {
        void this.#openInEditor(problem).then((failure) => {
          if (failure !== undefined) note.textContent = failure;
        });
      });
      dialog.append(open);
    }
    if (text) dialog.append(output);
    dialog.append(note);
    close.addEventListener('click', () => dialog.close());
    // Shortcuts of the page must not act on what is typed here.
    for (const type of ['keydown', 'keyup', 'keypress'] as const)
      dialog.addEventListener(type, (event) => event.stopPropagation());
    return dialog;
  }
}

function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
  text = '',
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

/** Whether the page is a part of another one, which shows the problem itself. */
function isInFrame(): boolean {
  try {
    return parent !== window && parent.document !== undefined;
  } catch {
    // The outer page belongs to another site.
    return false;
  }
}
