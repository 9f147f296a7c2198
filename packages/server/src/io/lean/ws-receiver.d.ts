import type { Writable } from 'node:stream';

/** What `ws` exports, and its types leave out: its parser of frames. */
declare module 'ws' {
  interface ReceiverOptions {
    isServer?: boolean;
    maxBufferedChunks?: number;
    maxFragments?: number;
    maxPayload?: number;
  }

  class Receiver extends Writable {
    constructor(options?: ReceiverOptions);
  }
}
