/** What the client needs of the page around it. In a server render there is no `document`. */
export interface Page {
  readonly document?: { readonly prerendering?: boolean } & Pick<EventTarget, 'addEventListener'>;
  readonly performance: { now(): number };
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
  reportError(error: unknown): void;
}
