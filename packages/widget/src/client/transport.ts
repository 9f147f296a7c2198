/** How long a server may take until its first message. */
const CONNECT_TIMEOUT_MS = 9_000;

/** What WebSocket and EventSource have in common. */
interface Transport {
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  onclose?: unknown;
  close(): void;
}

/** Ends a connection, unless it has ended. */
export type End = (code?: unknown) => void;

/**
 * Makes a connection of a transport. It ends after an error of the transport, after a message that `receive` throws for,
 * and when the server is silent.
 *
 * @param create May throw, as the constructors of browsers do under some policies.
 * @param receive Returns for how long the server may be silent from now on, in ms; `undefined` for as long as before.
 * @returns Closes the connection.
 */
export function openTransport<T extends Transport>(
  create: () => T,
  receive: (event: MessageEvent, end: End, transport: T) => number | void,
  onEnd: End,
): () => void {
  let transport: T | undefined;
  let timer: ReturnType<typeof setTimeout>;
  let silenceMs = CONNECT_TIMEOUT_MS;
  let isClosed = false;
  const close = (): void => {
    isClosed = true;
    clearTimeout(timer);
    transport?.close();
  };
  const end: End = (code) => {
    if (isClosed) return;
    close();
    onEnd(code);
  };
  const lose = (): void => end();
  const watch = (): void => {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(lose, silenceMs);
  };
  try {
    transport = create();
    transport.onclose = transport.onerror = lose;
    transport.onmessage = (event) => {
      try {
        if (!isClosed) silenceMs = receive(event, end, transport!) ?? silenceMs;
      } catch {
        end();
      }
      watch();
    };
  } catch {
    // Nothing is called before this function has returned.
    silenceMs = 0;
  }
  watch();
  return close;
}
