import { once } from 'node:events';
import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openKeyPair } from '../../src/http/certificate.ts';
import { serveHttp2 } from '../../src/http/http2-sessions.ts';
import { CANCEL, frame, NO_ERROR, openUpload, resetFrame } from '../helpers/http2.ts';
import { makeFolder } from '../helpers/reload-server.ts';

/** An upload to a server that records what it sees of it. */
async function startUpload(respond: (response: ServerResponse) => void) {
  const cacheRoot = makeFolder().folder;
  const { key, cert } = (await openKeyPair(
    { https: true, host: 'localhost', allowedHosts: [], cacheRoot },
    () => {},
  ))!;
  const events: string[] = [];
  const server = createServer({ key, cert, ALPNProtocols: ['h2'] });
  serveHttp2(server, {
    idleMs: 60_000,
    handle(request, response) {
      request.on('data', (part: Buffer) => events.push(part.toString()));
      request.on('end', () => events.push('end'));
      request.on('close', () => events.push('close'));
      response.on('close', () => events.push('response closed'));
      respond(response);
    },
  });
  server.listen(0);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const upload = await openUpload((server.address() as AddressInfo).port, cert, 'part');
  await vi.waitFor(() => expect(events).toContain('part'), 10_000);
  return { events, upload };
}

/** More than a browser accepts before it has read any of it. */
const LARGE = Buffer.alloc(300_000);
const RESPONSES: Record<string, (response: ServerResponse) => void> = {
  'no response': () => {},
  'a started response': (response) => void response.write('early'),
  'a whole response': (response) => void response.end('early'),
  'a response that is not read': (response) => void response.end(LARGE),
  'a started response that is not read': (response) => void response.write(LARGE),
};
const ENDS: Record<string, (upload: TLSSocket) => void> = {
  'it is cancelled': (upload) => void upload.write(resetFrame(CANCEL)),
  'it is reset without an error': (upload) => void upload.write(resetFrame(NO_ERROR)),
  'its connection ends': (upload) => void upload.end(),
  'its connection breaks': (upload) => void upload.destroy(),
};
const CASES = Object.keys(RESPONSES).flatMap((response) =>
  Object.keys(ENDS).map((end) => [response, end] as const),
);

describe('an upload over HTTP/2', () => {
  it.each(CASES)('[R8] has no end after %s if %s', async (response, end) => {
    const { events, upload } = await startUpload(RESPONSES[response]!);
    ENDS[end]!(upload);
    await vi.waitFor(
      () => expect(events).toEqual(expect.arrayContaining(['close', 'response closed'])),
      10_000,
    );
    // Node emits the end of a body after a tick.
    await new Promise(setImmediate);
    expect(events).not.toContain('end');
  });

  it.each(Object.keys(RESPONSES))('[R8] has an end after %s if it is complete', async (response) => {
    const { events, upload } = await startUpload(RESPONSES[response]!);
    upload.write(frame(0, 1, 1, Buffer.from('rest')));
    await vi.waitFor(() => expect(events.slice(0, 3)).toEqual(['part', 'rest', 'end']), 10_000);
  });
});
