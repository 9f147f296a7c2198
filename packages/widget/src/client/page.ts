/** The part of `window` that the client uses. In a server render there is no `document`. */
export interface Page extends Pick<EventTarget, 'addEventListener'> {
  readonly document?: { readonly prerendering?: boolean } & Pick<EventTarget, 'addEventListener'>;
}
