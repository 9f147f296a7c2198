import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Deadlines } from '../../src/http/own-server.ts';
import { makeFolder, startReload } from './reload-server.ts';

/** A backend that answers as the test says, with the reload server in front of it. */
export async function startBackend(answer: RequestListener, deadlines?: Deadlines) {
  const backend = createServer(answer).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const { port: backendPort } = backend.address() as AddressInfo;
  const target = `http://127.0.0.1:${backendPort}`;
  const started = await startReload({}, { proxy: target, watch: [makeFolder().folder] }, deadlines);
  return { ...started, backend, backendPort, target };
}

/** A backend that sees and says bytes, with the reload server in front of it. */
export async function startBytes(onConnection: (socket: Socket) => void) {
  const backend = createTcpServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => void backend.close());
  const target = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  return startReload({}, { proxy: target, watch: [makeFolder().folder] });
}

/** Answers each request with the same bytes, and remembers their heads. */
export async function startAnswering(answer: string) {
  const heads: string[] = [];
  const started = await startBytes((socket) => {
    socket.once('data', (data) => {
      heads.push(data.toString('latin1'));
      socket.end(answer, 'latin1');
    });
  });
  return { ...started, heads };
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
}

/** Asks through the proxy as a browser would that knows the server as `localhost`. */
export async function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: AskOptions = {},
) {
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    setHost: false,
    headers: { host: `localhost:${port}`, ...headers },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

export async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Sends bytes as they are, and returns all that comes back. */
export async function sayBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

/** As browsers ask for pages that a person looks at. */
export const asDocument = { accept: 'text/html', 'sec-fetch-dest': 'document' };
