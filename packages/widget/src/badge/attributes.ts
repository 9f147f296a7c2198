/** What the attributes of the script tag ask for. */
export interface Attributes {
  /** The server's base address. */
  readonly server: string;
  readonly token: string | undefined;
  /** The words after the number. */
  readonly label: string;
  readonly position: string | undefined;
  readonly theme: string | undefined;
}

/** What is read of a script tag. */
export type ScriptTag = Pick<HTMLScriptElement, 'src' | 'async' | 'defer' | 'dataset'>;

/** The base address is that of the script without its last path segment. */
export function readAttributes({ src, dataset }: ScriptTag): Attributes {
  const { server = new URL('.', src).href, token, label = 'online', position, theme } = dataset;
  return { server, token, label, position, theme };
}

/**
 * Whether the widget starts without a call of `init()`. A bare tag of the page waits; one that a script
 * inserts is `async` by itself, and nobody could tell when to call.
 */
export function startsByItself({ async, defer, dataset }: ScriptTag): boolean {
  return async || defer || Object.keys(dataset).length > 0;
}
