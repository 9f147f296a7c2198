/** The browser's WebSocket without a network: the test acts as the server. */
export class FakeWebSocket {
  static readonly opened: FakeWebSocket[] = [];
  readonly url: string;
  readonly sent: unknown[] = [];
  closed = false;
  onopen?: () => void;
  onclose?: (event: unknown) => void;
  onerror?: (event: unknown) => void;
  onmessage?: (event: { data: unknown }) => void;

  constructor(url: string) {
    this.url = url;
    FakeWebSocket.opened.push(this);
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(): void {
    this.closed = true;
  }

  /** The server or the network closes the connection. */
  drop(): void {
    this.closed = true;
    this.onclose?.({});
  }

  receive(...frames: unknown[]): void {
    for (const data of frames) this.onmessage?.({ data });
  }
}
