import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished, vi } from 'vitest';

/** A TCP connection whose received bytes are kept. */
export interface Exchange {
  socket: Socket;
  received(): string;
  /** Waits until the other side has closed the connection. */
  closed(): Promise<void>;
}

/** Connects and sends `message`, each character a byte. */
export async function exchange(port: number, message: string | Buffer): Promise<Exchange> {
  const socket = connect(port, '127.0.0.1');
  // A fuzz test has thousands, which must not stay in memory until it ends.
  const reference = new WeakRef(socket);
  onTestFinished(() => void reference.deref()?.destroy());
  socket.on('error', () => {});
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  const closed = new Promise<void>((resolve) => void socket.on('end', resolve).on('close', () => resolve()));
  await once(socket, 'connect');
  socket.write(typeof message === 'string' ? Buffer.from(message, 'latin1') : message);
  return {
    socket,
    received: () => received,
    closed: () => vi.waitFor(() => closed),
  };
}
