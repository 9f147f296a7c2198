import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { onTestFinished } from 'vitest';
import { attachCounter, type AttachedCounter, type AttachedCounterOptions } from '../../src/index.ts';
import type { Heartbeat } from '../../src/io/transport.ts';

export interface AttachedServer {
  counter: AttachedCounter;
  io: Server;
  url: string;
}

/** A stock Socket.IO server on a free loopback port, with a counter in its namespace. */
export async function startAttached(
  { intervalMs, timeoutMs }: Heartbeat,
  options: AttachedCounterOptions = {},
): Promise<AttachedServer> {
  const server = createServer();
  const io = new Server(server, { pingInterval: intervalMs, pingTimeout: timeoutMs });
  const counter = attachCounter(io, options);
  onTestFinished(() => io.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { counter, io, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
