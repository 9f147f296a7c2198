import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { DEADLINES, type Deadlines } from '../../src/http/own-server.ts';
import { describe, expect, it, vi } from 'vitest';
import { startBackend } from '../helpers/backend.ts';
import { connectHttp2, frame, makeCertificate, openFrames, requestHttp2 } from '../helpers/http2.ts';
import { startReload } from '../helpers/reload-server.ts';

const SETTINGS = 4;
const HEADERS = 1;
const CONTINUATION = 9;
const END_HEADERS = 4;
const PATIENT = { timeout: 20_000, interval: 20 };

async function startHttps(deadlines: Partial<Deadlines> = {}) {
  const { cacheFolder, ca } = await makeCertificate();
  const files = { 'large.txt': Buffer.alloc(8 << 20, 'x').toString(), 'a.txt': 'a' };
  const reload = await startReload(files, { https: true, cacheFolder }, { ...DEADLINES, ...deadlines });
  return { ...reload, ca };
}

const MAX_FLOOD_BYTES = 64 << 20;

/** Sends frames until the server ends the connection. Returns whether it has done so before it has received 64 MB. */
async function flood(socket: TLSSocket, bytes: Buffer, next: () => Buffer): Promise<boolean> {
  let ended = false;
  const end = new Promise<void>((resolve) => {
    const onEnd = (): void => {
      ended = true;
      resolve();
    };
    // Writing to a connection that the server has closed is an error.
    socket.once('close', onEnd).once('error', onEnd);
  });
  socket.write(Buffer.concat([frame(SETTINGS, 0, 0, Buffer.alloc(0)), bytes]));
  for (let sent = 0; sent < MAX_FLOOD_BYTES && !ended;) {
    const part = Buffer.concat(Array.from({ length: 5_000 }, next));
    sent += part.length;
    await Promise.race([end, new Promise((resolve) => socket.write(part, resolve))]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ended;
}

describe('connections with HTTP/2', () => {
  it('[R8] [SEC66] one without a request ends, and so does one with half a head', async () => {
    const { port, ca } = await startHttps({ headMs: 300 });
    const idle = connectHttp2(port, ca);
    await once(idle, 'connect');
    const half = await openFrames(port, ca);
    half.resume();
    half.write(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
    half.write(frame(HEADERS, 0, 1, Buffer.from([0x82])));
    const silent = await openFrames(port, ca);
    silent.resume();
    await vi.waitFor(
      () => expect([idle, half, silent].map((one) => one.destroyed)).toEqual([true, true, true]),
      PATIENT,
    );
  });

  it('[R8] one with an open request stays open', async () => {
    const { cacheFolder, ca } = await makeCertificate();
    const deadlines = { ...DEADLINES, headMs: 1_500 };
    const answers: (() => void)[] = [];
    const { port } = await startBackend(
      (_request, response) => void answers.push(() => response.end('late')),
      deadlines,
      {
        https: true,
        cacheFolder,
      },
    );
    const session = connectHttp2(port, ca);
    const late = requestHttp2(session, { ':path': '/' });
    await vi.waitFor(() => expect(answers).toHaveLength(1), PATIENT);
    // Longer than an idle connection may stay open.
    const idle = connectHttp2(port, ca);
    await vi.waitFor(() => expect(idle.destroyed).toBe(true), PATIENT);
    answers[0]!();
    expect((await late).text).toBe('late');
  });

  it('[R8] [SEC66] a request whose body does not arrive ends', async () => {
    const { port, ca } = await startHttps({ headMs: 300, requestMs: 300 });
    const stream = connectHttp2(port, ca).request(
      { ':path': '/__live-online/editor', ':method': 'POST', origin: `https://localhost:${port}` },
      { endStream: false },
    );
    stream.on('error', () => {});
    await vi.waitFor(() => expect(stream.rstCode).toBeGreaterThan(0), PATIENT);
  });

  it('[R8] [SEC66] a response that the client does not read ends', async () => {
    const { port, ca } = await startHttps({ unreadMs: 300 });
    const session = connectHttp2(port, ca);
    const stream = session.request({ ':path': '/large.txt' });
    stream.on('error', () => {});
    await once(stream, 'response');
    await vi.waitFor(() => expect(stream.rstCode).toBeGreaterThan(0), PATIENT);
    expect((await requestHttp2(session, { ':path': '/a.txt' })).text).toBe('a');
  });

  it('[R1] close() ends them', async () => {
    const { port, ca, server } = await startHttps();
    const session = connectHttp2(port, ca);
    const stream = session.request({ ':path': '/large.txt' });
    stream.on('error', () => {});
    await once(stream, 'response');
    await server.close();
    await vi.waitFor(() => expect(session.destroyed).toBe(true), PATIENT);
  });

  it('[R8] [SEC65] floods of resets, heads, settings and invalid frames end their own connection', async () => {
    const { port, ca } = await startHttps({ headMs: 1_500 });
    const request = Buffer.concat([
      // GET, https, /, and a literal :authority.
      Buffer.from([0x82, 0x87, 0x84, 0x41, 9]),
      Buffer.from('localhost'),
    ]);
    let streamId = -1;
    const none = Buffer.alloc(0);
    const floods: [name: string, start: Buffer, next: () => Buffer][] = [
      [
        'resets',
        none,
        () => {
          streamId += 2;
          return Buffer.concat([
            frame(HEADERS, END_HEADERS | 1, streamId, request),
            frame(3, 0, streamId, Buffer.from([0, 0, 0, 8])),
          ]);
        },
      ],
      [
        'continuations',
        frame(HEADERS, 1, 1, request),
        () => frame(CONTINUATION, 0, 1, Buffer.from([0x40, 1, 97, 1, 97])),
      ],
      ['settings', none, () => frame(SETTINGS, 0, 0, none)],
      ['unknown streams', none, () => frame(0, 0, 2, Buffer.from('x'))],
    ];
    for (const [name, start, next] of floods) {
      const socket = await openFrames(port, ca);
      socket.resume();
      expect(await flood(socket, start, next), name).toBe(true);
    }
    await vi.waitFor(async () => {
      const { text } = await requestHttp2(connectHttp2(port, ca), { ':path': '/a.txt' });
      expect(text).toBe('a');
    }, PATIENT);
  });
});
