import { isIdentifier } from '@live-online/protocol';
import { openBrowserConnection, type Close } from './browser-connection.ts';
import type { Connect } from './connection.ts';

const STALLED_AFTER_MS = 3_000;
const SOCKET_RETRY_MS = 45_000;
const SOCKET_RETRY_JITTER_MS = 30_000;

/** A `Connect` that can report changes of the handshake. */
export type ConnectReporting = (...args: Parameters<Connect>) => Close;

/**
 * Connects by WebSocket, and by server-sent events if the socket has failed twice in a row, or has brought no total after
 * 3 s. Then it tries the socket about once a minute, and changes to it when it brings a total.
 *
 * @param startsWithStream Whether the socket has failed already.
 */
export function createFallback(startsWithStream = false): ConnectReporting {
  let failures = 0;

  return (target, handshake, onTotal, onEnd) => {
    let closeSocket: Close | undefined;
    let closeStream: Close | undefined;
    /** Until the socket counts as stalled, or until the next attempt of it. */
    let timer: ReturnType<typeof setTimeout>;

    const close = (): void => {
      clearTimeout(timer);
      closeSocket?.();
      closeStream?.();
    };
    const end = (code: unknown): void => {
      close();
      onEnd(code);
    };

    const openStream = (): void => {
      closeSocket = closeSocket?.() as undefined;
      closeStream ??= openBrowserConnection(true, target, handshake, onTotal, (code) => {
        closeStream = undefined;
        // The server ends the stream when the socket joins, whose total may arrive later.
        if (!closeSocket) end(code);
      });
      timer = setTimeout(openSocket, SOCKET_RETRY_MS + Math.random() * SOCKET_RETRY_JITTER_MS);
    };

    const openSocket = (): void => {
      timer = setTimeout(openStream, STALLED_AFTER_MS);
      closeSocket = openBrowserConnection(
        false,
        target,
        handshake,
        (...total) => {
          clearTimeout(timer);
          // Also the end of this connection will count.
          failures = -1;
          closeStream = closeStream?.() as undefined;
          onTotal(...total);
        },
        (code) => {
          clearTimeout(timer);
          closeSocket = undefined;
          if (isIdentifier(code) || (++failures < 2 && !closeStream)) end(code);
          else openStream();
        },
      );
    };

    const report = (): void => {
      closeSocket?.report();
      closeStream?.report();
    };
    if (startsWithStream) openStream();
    else openSocket();
    return Object.assign(close, { report });
  };
}
