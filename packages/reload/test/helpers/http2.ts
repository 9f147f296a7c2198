import { once } from 'node:events';
import {
  connect,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { openKeyPair } from '../../src/http/certificate.ts';
import { makeFolder } from './reload-server.ts';

/** A cache folder that contains the certificate of the servers that use it. */
export async function makeCertificate() {
  const cacheFolder = makeFolder().folder;
  const options = { https: true, host: 'localhost', allowedHosts: [], cacheRoot: cacheFolder };
  const { cert } = (await openKeyPair(options, () => {}))!;
  return { cacheFolder, ca: cert };
}

/** Connects as a browser that trusts the certificate, and uses HTTP/2. */
export function connectHttp2(port: number, ca: string): ClientHttp2Session {
  const session = connect(`https://localhost:${port}`, { ca });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** Sends a request, and reads the response. */
export async function requestHttp2(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: readonly string[],
) {
  const stream = session.request(headers, { endStream: body === undefined });
  for (const part of body ?? []) stream.write(part);
  if (body) stream.end();
  const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders & IncomingHttpStatusHeader];
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return { status: head[':status'], headers: head, text: Buffer.concat(chunks).toString() };
}

/** A connection on which HTTP/2 was chosen, for tests of frames. It has sent the preface and no settings. */
export async function openFrames(port: number, ca: string): Promise<TLSSocket> {
  const socket = connectTls({ port, host: 'localhost', servername: 'localhost', ca, ALPNProtocols: ['h2'] });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  return socket;
}

/** A frame as RFC 9113 §4.1 describes it. */
export function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** The codes of a reset (RFC 9113 §7). */
export const NO_ERROR = 0;
export const CANCEL = 8;

/** A connection with the head of a POST to `/` and a part of its body, in stream 1. */
export async function openUpload(port: number, ca: string, part: string): Promise<TLSSocket> {
  const socket = await openFrames(port, ca);
  socket.resume();
  const host = Buffer.from(`localhost:${port}`);
  const head = Buffer.concat([Buffer.from([0x83, 0x87, 0x84, 0x41, host.length]), host]);
  socket.write(frame(4, 0, 0, Buffer.alloc(0)));
  socket.write(frame(1, 4, 1, head));
  socket.write(frame(0, 0, 1, Buffer.from(part)));
  return socket;
}

/** Resets stream 1. */
export function resetFrame(code: number): Buffer {
  return frame(3, 0, 1, Buffer.from([0, 0, 0, code]));
}
