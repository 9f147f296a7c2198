/** What the open packet of a server has. The first ping is due after a day. */
const OPEN = {
  sid: 'preview',
  upgrades: [],
  pingInterval: 86_400_000,
  pingTimeout: 20_000,
  maxPayload: 1_000,
};

/**
 * Replaces `WebSocket`, so that the scripts of the previews receive `number` from no server: a preview opens no
 * connection, and is not counted.
 */
export function simulateServer(number: number): void {
  const totals = [`42${JSON.stringify(['total', number])}`, `42${JSON.stringify(['page', number])}`];
  const answer = ['40{"sid":"preview"}', ...totals];

  class SimulatedSocket extends EventTarget {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readonly url: string;
    readonly protocol = '';
    readonly extensions = '';
    readonly bufferedAmount = 0;
    binaryType = 'blob';
    readyState = 0;
    onopen: ((event: Event) => void) | null = null;
    onmessage: ((event: MessageEvent) => void) | null = null;
    onclose: ((event: Event) => void) | null = null;
    onerror: ((event: Event) => void) | null = null;

    constructor(url: string | URL) {
      super();
      this.url = String(url);
      const joined = new URL(this.url).searchParams.has('join');
      setTimeout(() => {
        if (this.readyState !== 0) return;
        this.readyState = 1;
        this.#emit('open', new Event('open'));
        this.#receive(`0${JSON.stringify(joined ? { ...OPEN, joined } : OPEN)}`, ...(joined ? answer : []));
      });
    }

    send(packet: unknown): void {
      if (String(packet).startsWith('40')) setTimeout(() => this.#receive(...answer));
    }

    close(): void {
      this.readyState = 3;
    }

    #receive(...packets: string[]): void {
      for (const data of packets) {
        if (this.readyState === 1) this.#emit('message', new MessageEvent('message', { data }));
      }
    }

    #emit(type: 'open' | 'message', event: MessageEvent | Event): void {
      this.dispatchEvent(event);
      this[`on${type}`]?.(event as MessageEvent);
    }
  }

  window.WebSocket = SimulatedSocket as unknown as typeof WebSocket;
  // The script that is loaded for a preview brings the total of the server's own site.
  performance.getEntriesByName = () => [];
}
