/** The browser's WebSocket or EventSource without a network: the test acts as the server. */
export class FakeWebSocket extends EventTarget {
  static readonly opened: FakeWebSocket[] = [];
  readonly url: string;
  readonly sent: unknown[] = [];
  readyState = 1;
  onopen?: () => void;
  onclose?: (event: unknown) => void;
  onerror?: (event: unknown) => void;
  onmessage?: (event: { data: unknown }) => void;

  constructor(url: string) {
    super();
    this.url = url;
    FakeWebSocket.opened.push(this);
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 2;
  }

  get closed(): boolean {
    return this.readyState > 1;
  }

  /** The server or the network closes the connection. */
  drop(): void {
    this.readyState = 3;
    this.onclose?.(new Event('close'));
  }

  /** A connection that is closed receives nothing. */
  receive(...frames: unknown[]): void {
    for (const data of frames)
      if (!this.closed) this.onmessage?.(Object.assign(new Event('message'), { data }));
  }
}

/** A stream of server-sent events. */
export class FakeEventSource extends FakeWebSocket {
  override drop(): void {
    // Without close(), a browser would now connect again by itself.
    this.onerror?.(new Event('error'));
  }
}
