export interface Message {
  part: 'scroll' | 'clicks' | 'fields' | 'navigation';
  page: string;
  target?: string;
  value?: string;
  checked?: boolean;
  x?: number;
  y?: number;
}

const MAX_DELAY_MS = 10_000;
/** The server ends connections that send more. */
const MAX_PER_SECOND = 20;
const TOKEN_WRONG = 1008;

/** The connection to the other pages, which it opens again by itself. */
export class SyncConnection {
  readonly #url: URL;
  readonly #token: string;
  readonly #onMessage: (message: Message) => void;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #delayMs = 500;
  #isReady = false;
  #waiting: string[] = [];
  #sentAt: number[] = [];
  readonly #late = new Map<string, Message>();
  #lateTimer: ReturnType<typeof setTimeout> | undefined;

  constructor({ token, base }: { token: string; base: string }, onMessage: (message: Message) => void) {
    this.#url = new URL(`${base}sync`, location.href);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    this.#token = token;
    this.#onMessage = onMessage;
  }

  open(): void {
    const socket = (this.#socket = new WebSocket(this.#url));
    socket.onopen = () => socket.send(JSON.stringify({ token: this.#token }));
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as Message | { ready: true };
      if (!('ready' in message)) return this.#onMessage(message);
      this.#isReady = true;
      this.#delayMs = 500;
      for (const text of this.#waiting.splice(0)) socket.send(text);
    };
    socket.onclose = ({ code }) => {
      this.#isReady = false;
      if (this.#socket !== socket || code === TOKEN_WRONG) return;
      this.#timer = setTimeout(() => this.open(), this.#delayMs);
      this.#delayMs = Math.min(this.#delayMs * 2, MAX_DELAY_MS);
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#lateTimer);
    this.#lateTimer = undefined;
    this.#late.clear();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  /**
   * What does not fit into the rate is sent later: the newest state of each field and each position. Clicks are dropped. Before the
   * connection is ready, only the newest messages wait.
   */
  send(message: Message): void {
    const now = performance.now();
    const state = `${message.part} ${message.target}`;
    this.#late.delete(state);
    this.#sentAt = this.#sentAt.filter((at) => now - at < 1_000);
    if (this.#sentAt.length >= MAX_PER_SECOND) {
      if (message.part === 'clicks') return;
      this.#late.set(state, message);
      this.#lateTimer ??= setTimeout(() => this.#sendLate(), 1_000 - (now - this.#sentAt[0]!));
      return;
    }
    this.#sentAt.push(now);
    const text = JSON.stringify(message);
    if (this.#isReady) this.#socket?.send(text);
    else this.#waiting = [...this.#waiting.slice(-3), text];
  }

  #sendLate(): void {
    this.#lateTimer = undefined;
    // Those that still do not fit are added again.
    for (const message of [...this.#late.values()]) this.send(message);
  }
}
