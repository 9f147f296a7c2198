import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createReloadServer } from '../../src/create-reload-server.ts';
import type { ReloadServerOptions } from '../../src/options/options.ts';
import { readAnswer, sendRequest } from './backend.ts';

/** What no response may contain. */
export const SECRET = 'hunter2-secret';
/** The ways to run the tool. "https" uses HTTP/2. */
export const TOOLS = [
  'folder',
  'folder-https',
  'proxy',
  'proxy-https',
  'route',
  'no-serve',
  'middleware',
] as const;
export type ToolName = (typeof TOOLS)[number];
/** Those that serve files. */
export const FOLDERS = ['folder', 'folder-https', 'route'] as const;
/** Those that forward requests. In "route", these are the ones below `/api`. */
export const PROXIES = ['proxy', 'proxy-https', 'route'] as const;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface SentRequest {
  method?: string;
  /** `host` is one of them. @default that of the tool */
  headers?: Record<string, string>;
  body?: string;
}

/** A running tool. */
export interface AttackedTool {
  port: number;
  /** Such as `localhost:8080`. */
  host: string;
  origin: string;
  token: string;
  /** Sends a request as it is: a path is not normalized. */
  send(path: string, request?: SentRequest): Promise<Answer>;
  /**
   * Sends bytes on a new connection, with TLS if the tool uses HTTPS.
   *
   * @param isWhole whether the answer is complete @default when the connection ends
   */
  sendBytes(bytes: string, isWhole?: (received: string) => boolean): Promise<string>;
}

/** A backend that accepts everything, and records each connection as it was. */
interface Backend {
  port: number;
  /** What each connection has received. */
  received: { text: string }[];
}

const files: Record<string, string> = {
  'site/index.html': '<!doctype html><title>t</title><p>public',
  'site/a.txt': 'public',
  'site/sub/b.txt': 'public',
  'site/.env': SECRET,
  'site/.git/config': SECRET,
  'site/sub/.private/c.txt': SECRET,
  'site/.well-known/security.txt': 'public',
  'site/<img src=x onerror=alert(1)>.txt': 'public',
  'site/a\r\nSet-Cookie: split=1.txt': 'public',
  'site/a\r\nSet-Cookie: split=1/index.html': 'public',
  'site/$& $` $1.html': '<!doctype html><title>$& $` $1</title>',
  'site2/a.txt': SECRET,
  'site.bak/a.txt': SECRET,
  'outside/secret.txt': SECRET,
  'secret.txt': SECRET,
};

/** A folder with files that may be served, and with others in it and beside it. */
function makeAttackedFolder(): { base: string; site: string; remove: () => void } {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'live-online-attacked-')));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, name)), { recursive: true });
    writeFileSync(join(base, name), text);
  }
  const site = join(base, 'site');
  symlinkSync('../outside', join(site, 'out'));
  symlinkSync('../secret.txt', join(site, 'secret.txt'));
  symlinkSync('.env', join(site, 'env.txt'));
  symlinkSync('.git', join(site, 'git'));
  symlinkSync('.', join(site, 'loop'));
  return { base, site, remove: () => rmSync(base, { recursive: true, force: true }) };
}

async function startRecorder(): Promise<Backend & { close: () => void }> {
  const received: { text: string }[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    const own = { text: '' };
    received.push(own);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      const isFirst = own.text === '';
      own.text += data.toString('latin1');
      const text = '<!doctype html><title>t</title><p>backend';
      // It reads on, so that whatever else arrives is seen.
      if (isFirst)
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
        );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Starts the tool in each mode, once for the tests of a file. */
export function useAttackedTools(names: readonly ToolName[] = TOOLS, more: ReloadServerOptions = {}) {
  const tools = new Map<ToolName, AttackedTool>();
  const closers: (() => unknown)[] = [];
  const shared: { backend?: Backend; site?: string } = {};

  beforeAll(async () => {
    const { base, site, remove } = makeAttackedFolder();
    const backend = await startRecorder();
    closers.push(remove, backend.close);
    Object.assign(shared, { backend, site });
    const target = `http://127.0.0.1:${backend.port}`;
    const options: Record<ToolName, ReloadServerOptions> = {
      folder: { folder: site, directoryListing: true },
      'folder-https': { folder: site, directoryListing: true, https: true },
      proxy: { proxy: target, watch: [site] },
      'proxy-https': { proxy: target, watch: [site], https: true },
      route: { folder: site, directoryListing: true, routes: { '/api': target } },
      'no-serve': { serve: false, watch: [site] },
      middleware: { watch: [site] },
    };
    for (const name of names) {
      const server = createReloadServer({
        port: 0,
        cacheFolder: join(base, 'cache'),
        sync: true,
        ...options[name],
        ...more,
      });
      closers.push(() => server.close());
      const port =
        name === 'middleware' ? await host(server.middleware(), closers) : (await server.listen()).port;
      const tool = createTool(name, port, closers);
      const { text } = await tool.send(name === 'no-serve' ? '/' : '/__live-online/client.js');
      tools.set(name, { ...tool, token: /"token":"([\w-]+)"/.exec(text)![1]! });
    }
  });
  afterAll(async () => {
    await Promise.all(closers.map((close) => close()));
  });

  return {
    tool: (name: ToolName): AttackedTool => tools.get(name)!,
    site: (): string => shared.site!,
    /** What the connections to the backend have received, since the last call. Some end without a request. */
    takeReceived: (): string[] =>
      shared
        .backend!.received.splice(0)
        .map(({ text }) => text)
        .filter((text) => text !== ''),
  };
}

type Middleware = ReturnType<ReturnType<typeof createReloadServer>['middleware']>;

/** A host app. */
async function host(middleware: Middleware, closers: (() => unknown)[]): Promise<number> {
  const server = createServer((incoming, response) =>
    middleware(incoming, response, () => {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>t</title><p>host');
    }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function createTool(name: ToolName, port: number, closers: (() => unknown)[]): AttackedTool {
  const isHttps = name.endsWith('https');
  const hostname = `localhost:${port}`;
  let session: ClientHttp2Session | undefined;
  closers.push(() => session?.destroy());
  const openSession = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false });
    session.on('error', () => {});
    return session;
  };
  return {
    port,
    host: hostname,
    origin: `${isHttps ? 'https' : 'http'}://${hostname}`,
    token: '',
    send: (path, sent = {}) =>
      isHttps ? sendHttp2(openSession(), path, sent) : sendHttp1(port, hostname, path, sent),
    async sendBytes(bytes, isWhole = () => false) {
      const socket = isHttps
        ? connectTls({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
        : connect(port, '127.0.0.1');
      let received = '';
      socket.setEncoding('latin1');
      socket.on('data', (chunk: string) => {
        received += chunk;
        if (isWhole(received)) socket.destroy();
      });
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write(bytes, 'latin1');
      await closed;
      return received;
    },
  };
}

async function sendHttp1(
  port: number,
  hostname: string,
  path: string,
  { headers, ...rest }: SentRequest,
): Promise<Answer> {
  return readAnswer(await sendRequest(port, path, { ...rest, headers: { host: hostname, ...headers } }));
}

/** @returns status 0 if the server resets the stream */
async function sendHttp2(
  session: ClientHttp2Session,
  path: string,
  { method = 'GET', headers: { host: authority, ...headers } = {}, body }: SentRequest,
): Promise<Answer> {
  const stream = session.request(
    {
      ':path': path,
      ':method': method,
      ...(authority !== undefined && { ':authority': authority }),
      ...headers,
    },
    { endStream: body === undefined },
  );
  const answer: Answer = { status: 0, headers: {}, text: '' };
  const chunks: Buffer[] = [];
  stream.on('response', (head) => Object.assign(answer, { status: head[':status'], headers: head }));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => {});
  if (body !== undefined) stream.end(body);
  // Not by `once`, for which an error is a rejection.
  await new Promise((resolve) => stream.once('close', resolve));
  return { ...answer, text: Buffer.concat(chunks).toString() };
}
