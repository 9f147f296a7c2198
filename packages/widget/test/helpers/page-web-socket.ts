import { WebSocket } from 'ws';

/** The WebSocket of a page of `localhost`, in Node. */
export class PageWebSocket extends WebSocket {
  constructor(url: string) {
    super(url, { origin: 'http://localhost', perMessageDeflate: false });
    // As in browsers, a binary frame is no text.
    this.binaryType = 'arraybuffer';
  }
}
