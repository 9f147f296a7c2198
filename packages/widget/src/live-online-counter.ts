import type { Counter } from './client/counter-handle.ts';
import { initialState, type CounterState } from './client/state.ts';
import { createBrowserCounter } from './create-browser-counter.ts';
import { formatLabel } from './element/format-label.ts';
import { loadTexts, textLanguage } from './element/load-texts.ts';
import type { LabelTexts, PluralTexts } from './element/label-texts.ts';
import { readLanguage } from './element/read-language.ts';
import { View } from './element/view.ts';
import type { CounterOptions } from './options.ts';

/** In a server render there is no HTMLElement, and the class is never instantiated. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);
const PROPERTIES = ['server', 'token', 'site', 'count', 'scope', 'label', 'min'] as const;

/**
 * The element `<live-online-counter>`, which shows how many members the page's site has. `@live-online/widget/define`
 * defines it.
 *
 * - Its children are the fallback content: they are shown until the number is known.
 * - Parts: `counter`, `dot`, `total`, `label`.
 * - `data-state`, and the custom state of the same name, is the counter's status.
 * - The event `statechange` follows each change of `state`.
 */
export class LiveOnlineCounter extends Base {
  static readonly observedAttributes: readonly string[] = [...PROPERTIES, 'lang'];

  readonly #internals: ElementInternals | undefined;
  #view: View | undefined;
  #counter: Counter | undefined;
  /** What the counter was created with. */
  #key: string | undefined;
  #state: CounterState = initialState;
  #language: string | undefined;
  /** Undefined while they are loaded. */
  #texts: LabelTexts | undefined;
  #pluralLabel: PluralTexts | undefined;
  #isScheduled = false;

  constructor() {
    super();
    // Browsers without it have the attribute `data-state` only.
    this.#internals = this.attachInternals?.();
  }

  /** The server's base address, such as `https://example.org/live-online/`, or a path on the page's own origin. */
  get server(): string {
    return this.#read('server');
  }
  set server(value: string) {
    this.#reflect('server', value);
  }

  /** The site's token, if the server requires one. */
  get token(): string {
    return this.#read('token');
  }
  set token(value: string) {
    this.#reflect('token', value);
  }

  /**
   * A name of the site, for screen readers and the tooltip. It does not choose what is counted: that is the site of the
   * page's origin.
   */
  get site(): string {
    return this.#read('site');
  }
  set site(value: string) {
    this.#reflect('site', value);
  }

  /**
   * What is one in the number: a tab, or all tabs of a browser. `people` of one counter of the page holds for all of them.
   *
   * @default 'tabs'
   */
  get count(): 'tabs' | 'people' {
    return this.#read('count') === 'people' ? 'people' : 'tabs';
  }
  set count(value: 'tabs' | 'people') {
    this.#reflect('count', value);
  }

  /**
   * Which number is shown: that of the whole site, or of this page of it.
   *
   * @default 'site'
   */
  get scope(): 'site' | 'page' {
    return this.#read('scope') === 'page' ? 'page' : 'site';
  }
  set scope(value: 'site' | 'page') {
    this.#reflect('scope', value);
  }

  /**
   * The text after the number; `#` in it is the place of the number. A property may also have texts by plural category:
   * `{ one: '# reader', other: '# readers' }`.
   *
   * @default a text in the language of the element
   */
  get label(): string | PluralTexts | undefined {
    return this.#pluralLabel ?? this.getAttribute('label') ?? undefined;
  }
  set label(value: string | PluralTexts | undefined) {
    this.#pluralLabel = typeof value === 'object' ? (value ?? undefined) : undefined;
    this.#reflect('label', typeof value === 'string' ? value : undefined);
    this.#schedule();
  }

  /**
   * The element is hidden while the number is below this one.
   *
   * @default 0
   */
  get min(): number {
    return Number(this.getAttribute('min')) || 0;
  }
  set min(value: number) {
    this.#reflect('min', String(value));
  }

  /** The state of the counter. */
  get state(): CounterState {
    return this.#state;
  }

  connectedCallback(): void {
    // Properties that were set before the element was defined hide the accessors of the class.
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const { [name]: value } = this;
      delete (this as Partial<Record<typeof name, unknown>>)[name];
      Object.assign(this, { [name]: value });
    }
    this.#schedule();
  }

  disconnectedCallback(): void {
    this.#schedule();
  }

  attributeChangedCallback(): void {
    this.#schedule();
  }

  #read(name: string): string {
    return this.getAttribute(name) ?? '';
  }

  #reflect(name: string, value: string | null | undefined): void {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  /** One update for all changes of a task: an element that moves in the page keeps its connection. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#connect();
      if (this.isConnected) this.#render();
    });
  }

  /** Connects, disconnects, or connects to another server. */
  #connect(): void {
    const { server, token, count, scope } = this;
    const key = this.isConnected ? JSON.stringify([server, token, count, scope]) : undefined;
    if (key === this.#key) return;
    this.#key = key;
    const old = this.#counter;
    this.#counter = undefined;
    if (key !== undefined) this.#open({ server, token: token || undefined, count, scope });
    // After the new one has joined, so that the page's connection is kept if both share it.
    old?.close();
    if (!this.#counter) this.#setState(initialState);
  }

  #open(options: CounterOptions): void {
    try {
      const server = new URL(options.server || 'missing:', document.baseURI).href;
      const counter = createBrowserCounter({ ...options, server });
      this.#counter = counter;
      counter.subscribe((state) => {
        if (this.#counter === counter) this.#setState(state);
      });
    } catch (error) {
      // eslint-disable-next-line no-console -- the author of a page has no other place to look
      console.warn(`live-online-counter: ${(error as Error).message}`);
    }
  }

  #setState(state: CounterState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#render();
    this.dispatchEvent(new Event('statechange'));
  }

  #render(): void {
    this.#view ??= new View(this);
    this.#showStatus();
    const total = this.scope === 'page' ? this.#state.page : this.#state.total;
    this.toggleAttribute('data-hidden', total !== undefined && total < this.min);
    const language = readLanguage(this);
    const texts = this.#textsIn(language);
    const { label, site } = this;
    const outdated = this.#state.status === 'live' ? undefined : texts?.outdated;
    const notes = [site, outdated].filter((note) => note !== undefined && note !== '') as string[];
    if (total === undefined) this.#view.clear();
    else if (label !== undefined) {
      const formatted = formatLabel(total, label, language);
      this.#view.show({ total, label: formatted, language: undefined, direction: 'auto', notes });
    } else if (texts) {
      const { [this.scope]: forms, direction = 'ltr' } = texts;
      const formatted = formatLabel(total, forms, textLanguage(language));
      this.#view.show({ total, label: formatted, language: textLanguage(language), direction, notes });
    } else this.#view.clear();
  }

  #showStatus(): void {
    const { status } = this.#state;
    if (this.dataset['state'] === status) return;
    this.dataset['state'] = status;
    try {
      this.#internals?.states.clear();
      this.#internals?.states.add(status);
    } catch {
      // Chrome 90 to 124 accept only names with two dashes.
    }
  }

  /** The texts of a language, if they are loaded. */
  #textsIn(language: string): LabelTexts | undefined {
    if (language === this.#language) return this.#texts;
    this.#language = language;
    const texts = loadTexts(language);
    if (!(texts instanceof Promise)) return (this.#texts = texts);
    // Until then the element shows its fallback content, or the text of the language before.
    void texts.then((loaded) => {
      if (language !== this.#language) return;
      this.#texts = loaded;
      if (this.isConnected) this.#render();
    });
    return this.#texts;
  }
}
