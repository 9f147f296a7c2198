/** The browser's WebSocket without a network: the test acts as the server. */
export class FakeWebSocket {
  static readonly opened: FakeWebSocket[] = [];
  readonly url: string;
  readonly sent: unknown[] = [];
  readyState = 1;
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
    this.readyState = 2;
  }

  get closed(): boolean {
    return this.readyState > 1;
  }

  /** The server or the network closes the connection. */
  drop(): void {
    this.readyState = 3;
    this.onclose?.({});
  }

  receive(...frames: unknown[]): void {
    for (const data of frames) this.onmessage?.({ data });
  }
}
