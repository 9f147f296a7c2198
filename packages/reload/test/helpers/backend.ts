import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Deadlines } from '../../src/http/own-server.ts';
import type { ReloadServerOptions } from '../../src/options/options.ts';
import { makeFolder, startReload } from './reload-server.ts';

/** An HTTP backend behind the reload server. */
export async function startBackend(
  listener: RequestListener,
  deadlines?: Deadlines,
  options?: ReloadServerOptions,
) {
  const backend = createServer(listener).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const { port: backendPort } = backend.address() as AddressInfo;
  const target = `http://127.0.0.1:${backendPort}`;
  const all = { proxy: target, watch: [makeFolder().folder], ...options };
  const started = await startReload({}, all, deadlines);
  return { ...started, backend, backendPort, target };
}

/** A TCP backend behind the reload server, for tests of bytes. */
export async function startTcpBackend(onConnection: (socket: Socket) => void) {
  const backend = createTcpServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  onTestFinished(() => void backend.close());
  const target = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  return startReload({}, { proxy: target, watch: [makeFolder().folder] });
}

/** A backend that responds to each request with the same bytes, and records the heads of the requests. */
export async function startFixedBackend(bytes: string) {
  const heads: string[] = [];
  const started = await startTcpBackend((socket) => {
    socket.once('data', (data) => {
      heads.push(data.toString('latin1'));
      socket.end(bytes, 'latin1');
    });
  });
  return { ...started, heads };
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
}

/** Sends a request like a browser that knows the server as `localhost`. */
export async function sendRequest(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: RequestOptions = {},
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

/** The whole response. */
export async function readAnswer(
  response: IncomingMessage,
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const text = (await readAll(response)).toString();
  return { status: response.statusCode!, headers: response.headers, text };
}

/** Sends raw bytes, and returns everything that is received. */
export async function sendBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

/** The headers with which browsers request a page. */
export const asDocument = { accept: 'text/html', 'sec-fetch-dest': 'document' };
