import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a client may take to read the response and to close, in ms. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Responds to a rejected upgrade, and ends the connection: at once if the client closes it, otherwise after a second,
 * whether the client reads or not.
 *
 * @param headers more lines of the head, each with its end.
 */
export function rejectUpgrade(socket: Duplex, status: number, text: string, headers = ''): void {
  // The client may have disconnected.
  socket.on('error', () => {});
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${headers}\r\n${body}`,
  );
  closeWithin(socket, CLOSE_TIMEOUT_MS);
}

/** Destroys a connection that is not closed within `timeoutMs`. Discards what the client sends until then. */
export function closeWithin(socket: Duplex, timeoutMs: number): void {
  // Node notices the end of a connection only after all data before it is read.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  socket.once('close', () => clearTimeout(timer));
}
