import type { Writable } from 'node:stream';
import * as ws from 'ws';

interface ReceiverOptions {
  isServer: boolean;
  maxBufferedChunks: number;
  maxFragments: number;
  /** In bytes. */
  maxPayload: number;
}

/**
 * A parser of WebSocket frames. It emits 'message', 'ping', 'pong', and 'conclude' for a close frame.
 */
export type Receiver = Writable;

/** The parser of `ws`, which its types leave out. */
export const Receiver: new (options: ReceiverOptions) => Receiver = (
  ws as unknown as { Receiver: typeof Receiver }
).Receiver;
