import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a client may take to read the answer and to close, in ms. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Answers an upgrade that is not taken, and ends its connection: at once if the client closes, and otherwise after a
 * second, whether it reads or not.
 */
export function rejectUpgrade(socket: Duplex, status: number, text: string): void {
  // The client may be gone already.
  socket.on('error', () => {});
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  closeWithin(socket, CLOSE_TIMEOUT_MS);
}

/** Destroys a connection that is not closed within `timeoutMs`, and reads it out until then. */
export function closeWithin(socket: Duplex, timeoutMs: number): void {
  // What is not read would keep the end of the connection from being noticed.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  socket.once('close', () => clearTimeout(timer));
}
