import { describe, expect, it } from 'vitest';
import { startBoundedCounter, type ServedBy } from '../helpers/counter.ts';
import { sendHttp } from '../helpers/send-http.ts';
import { upgradeRequest } from '../helpers/upgrade.ts';

/** A request as browsers make it, or for a WebSocket, with a URL and headers of the given sizes. */
interface Size {
  urlLength?: number;
  headers?: number;
  headerBytes?: number;
}

function withSize(message: string, { urlLength = 0, headers = 0, headerBytes = 0 }: Size): string {
  const [line, ...lines] = message.trimEnd().split('\r\n') as [string, ...string[]];
  const [method, url, version] = line.split(' ') as [string, string, string];
  const more = Array.from({ length: headers - lines.length }, (_, index) => `X-${index}: ${index}`);
  const padded = `${url}${url.includes('?') ? '&' : '?'}`.padEnd(urlLength, 'x');
  const cookie = headerBytes > 0 ? [`Cookie: ${'c'.repeat(headerBytes)}`] : [];
  return [`${method} ${padded} ${version}`, ...lines, ...more, ...cookie, '\r\n'].join('\r\n');
}

describe.each<ServedBy>(['own', 'attached', 'passed on'])('size of a request, %s', (kind) => {
  it.each<[Size, number]>([
    [{ headers: 100 }, 200],
    [{ headers: 101 }, 431],
    [{ headers: 1_000 }, 431],
    [{ headerBytes: 14_000 }, 200],
    [{ headerBytes: 17_000 }, 431],
    [{ urlLength: 2_048 }, 200],
    [{ urlLength: 2_049 }, 414],
    [{ urlLength: 15_000 }, 414],
  ])(
    '[C11] [SEC2] more than 100 headers, 16 kB or a longer URL is rejected: %o gets %i',
    async (size, status) => {
      const { port, path } = await startBoundedCounter(kind, {});
      const get = `GET ${path}healthz HTTP/1.1\r\nHost: x\r\nConnection: close`;
      expect(await sendHttp(port, withSize(get, size))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      const upgrade = upgradeRequest('https://a.example').replace('/socket.io/', `${path}socket.io/`);
      // One that is taken stays open until its session ends for want of a CONNECT: a wrong version ends it at once.
      const wrong = upgrade.replace('Version: 13', 'Version: 1');
      const expected = status === 200 ? 400 : status;
      expect(await sendHttp(port, withSize(wrong, size))).toMatch(new RegExp(`^HTTP/1\\.1 ${expected} `));
    },
  );

  it('[C11] rejected requests are counted by their reason', async () => {
    const { counter, port, path } = await startBoundedCounter(kind, {});
    const get = `GET ${path}healthz HTTP/1.1\r\nHost: x\r\nConnection: close`;
    await sendHttp(port, withSize(get, { headers: 101 }));
    await sendHttp(port, withSize(get, { urlLength: 2_049 }));
    expect(counter.stats().rejected).toEqual({ 'headers-too-large': 1, 'url-too-long': 1 });
  });
});

it('[C10] the host’s own limits hold for its requests', async () => {
  const { port } = await startBoundedCounter('attached', {});
  const get = 'GET /api HTTP/1.1\r\nHost: x\r\nConnection: close';
  const answer = await sendHttp(port, withSize(get, { headers: 500, urlLength: 4_000 }));
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*home$/);
});
