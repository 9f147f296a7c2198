import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Both ends of a TCP connection to a server in this process. */
export interface Connection {
  client: Socket;
  /** What the server holds of it. */
  accepted: Socket;
}

/** Opens a connection that sends `message` and reads nothing, so that it does not notice its end. */
export async function openConnection(port: number, message = ''): Promise<Connection> {
  const client = connect(port, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  client.on('error', () => {});
  const accepted = await new Promise<Socket>((resolve) => {
    const hear = (published: unknown): void => {
      const { socket } = published as { socket: Socket };
      if (socket.localPort !== port || socket.remotePort !== client.localPort) return;
      unsubscribe('net.server.socket', hear);
      resolve(socket);
    };
    subscribe('net.server.socket', hear);
  });
  client.write(message);
  return { client, accepted };
}
