/** The values of the script tag's attributes. */
export interface Attributes {
  /** The server's base address. */
  readonly server: string;
  readonly token: string | undefined;
  /** The text after the number. */
  readonly label: string;
  readonly position: string | undefined;
  readonly theme: string | undefined;
}

/** The part of a script element that is read. */
export type ScriptTag = Pick<HTMLScriptElement, 'src' | 'async' | 'defer' | 'dataset'>;

/** Reads the attributes. The default base address is the script's address without its last path segment. */
export function readAttributes({ src, dataset }: ScriptTag): Attributes {
  const { server = new URL('.', src).href, token, label = 'online', position, theme } = dataset;
  return { server, token, label, position, theme };
}

/**
 * Whether the widget starts without a call of `init()`. A tag that a script inserts is always `async`, so that the page
 * cannot know when `init()` exists.
 */
export function isAutoStart({ async, defer, dataset }: ScriptTag): boolean {
  return async || defer || Object.keys(dataset).length > 0;
}
