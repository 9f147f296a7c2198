import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createRequestGuard, type RequestGuardOptions } from '../../src/http/request-guard.ts';
import { createHostList } from '../../src/http/allowed-hosts.ts';

function doorWith(more: Partial<RequestGuardOptions> & { host?: string; allowed?: string[] } = {}) {
  const { host = 'localhost', allowed = [], ...rest } = more;
  const door = createRequestGuard({
    hosts: createHostList(host, allowed),
    allowedOrigins: [],
    allowLoopback: false,
    ...rest,
  });
  const ask = (headers: Record<string, string>): IncomingMessage =>
    ({ headers }) as unknown as IncomingMessage;
  return {
    request: (headers: Record<string, string>) => door.checkRequest(ask(headers))?.status,
    upgrade: (headers: Record<string, string>) => door.checkUpgrade(ask(headers))?.status,
  };
}

describe('hosts', () => {
  it.each([
    'localhost',
    'localhost:8080',
    'app.localhost:1',
    '127.0.0.1',
    '127.9.9.9:80',
    '[::1]:8080',
    'LOCALHOST',
  ])('[R8] %s is this machine', (host) => {
    expect(doorWith().request({ host })).toBeUndefined();
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '192.168.1.5',
    '127.0.0.1.evil.example',
    'notlocalhost',
  ])('[R8] %s is refused', (host) => {
    expect(doorWith().request({ host })).toBe(403);
  });

  it.each(['', 'a b', 'evil@localhost', 'localhost/path', 'localhost:port', 'x:99999'])(
    '[R8] "%s" is no host at all',
    (host) => {
      expect(doorWith().request({ host })).toBe(400);
    },
  );

  it('[R8] a request without a host is refused', () => {
    expect(doorWith().request({})).toBe(400);
  });

  it('[R8] a server that is opened to the network answers to its own addresses and to allowed names', () => {
    const open = doorWith({ host: '0.0.0.0', allowed: ['box.lan', '*.example.org'] });
    expect(open.request({ host: 'box.lan:8080' })).toBeUndefined();
    expect(open.request({ host: 'a.b.example.org' })).toBeUndefined();
    expect(open.request({ host: 'example.org' })).toBe(403);
    expect(open.request({ host: 'badexample.org' })).toBe(403);
    expect(open.request({ host: `${hostname()}.local` })).toBeUndefined();
    for (const { address, family } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
      if (family === 'IPv4') expect(open.request({ host: address })).toBeUndefined();
    }
    expect(open.request({ host: 'evil.example' })).toBe(403);
    expect(doorWith({ host: '192.168.1.5' }).request({ host: '192.168.1.5:8080' })).toBeUndefined();
  });
});

describe('allowedOrigins', () => {
  const host = 'localhost:8080';

  it.each(['http://localhost:8080', 'https://localhost:8080'])('[R8] %s is the own one', (origin) => {
    expect(doorWith().request({ host, origin })).toBeUndefined();
    expect(doorWith().upgrade({ host, origin })).toBeUndefined();
  });

  it.each([
    'http://evil.example',
    'http://localhost:3000',
    'http://127.0.0.1:8080',
    'http://192.168.1.5:8080',
    'http://localhost:8080.evil.example',
    'http://localhost:8080@evil.example',
    'http://evil.example/http://localhost:8080',
    'file://',
    'null',
    '',
    'localhost:8080',
  ])('[R8] %s is refused', (origin) => {
    expect(doorWith().request({ host, origin })).toBe(403);
    expect(doorWith().upgrade({ host, origin })).toBe(403);
  });

  it('[R8] an upgrade says its origin, a request need not', () => {
    expect(doorWith().request({ host })).toBeUndefined();
    expect(doorWith().upgrade({ host })).toBe(403);
  });

  it('[R8] an origin that is allowed comes in', () => {
    const open = doorWith({ allowedOrigins: ['http://box.lan:3000'] });
    expect(open.upgrade({ host, origin: 'http://box.lan:3000' })).toBeUndefined();
    expect(open.upgrade({ host, origin: 'http://box.lan:3001' })).toBe(403);
  });

  it("[R8] a form of the own page's with a strict referrer policy comes in, and no socket without an origin", () => {
    const own = { host, origin: 'null', 'sec-fetch-site': 'same-origin' };
    expect(doorWith().request(own)).toBeUndefined();
    expect(doorWith().upgrade(own)).toBe(403);
    expect(doorWith({ allowLoopback: true }).request(own)).toBe(403);
    expect(doorWith().request({ ...own, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(doorWith({ allowedOrigins: ['null'] }).upgrade({ host, origin: 'null' })).toBe(403);
  });

  it('[R8] with the script in pages of others, all pages of this machine come in', () => {
    const open = doorWith({ allowLoopback: true });
    for (const origin of [
      'http://localhost:3000',
      'http://127.0.0.1',
      'https://a.localhost',
      'http://[::1]:5',
    ]) {
      expect(open.upgrade({ host, origin })).toBeUndefined();
    }
    expect(open.upgrade({ host, origin: 'http://192.168.1.5' })).toBe(403);
    expect(open.upgrade({ host, origin: 'http://localhost.evil.example' })).toBe(403);
    expect(open.upgrade({ host, origin: 'null' })).toBe(403);
  });
});
