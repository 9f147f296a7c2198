import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Writes `message` to a port, and returns all that is received until the other side closes. */
export function sendHttp(port: number, message: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(message);
  return text(socket);
}
